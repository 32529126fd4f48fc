import { isWithin } from './confined-argv.ts'

/** A path of this host. */
export interface HostPath {
  readonly path: string
  readonly kind: 'directory' | 'file'
}

/** What QEMU, and with it a guest that gets directories of this host, does not see of this host's files. */
export interface Confinement {
  /** Who makes the mount namespace: root, or an ordinary user in a user namespace, where files of other users belong to the overflow uid. */
  readonly way: 'root' | 'user'
  /** Covered by empty directories and files. */
  readonly hidden: readonly HostPath[]
  /** What QEMU sees all the same where it is inside a hidden directory. */
  readonly needed: readonly HostPath[]
  /** What the guest sees as well (`--expose`). */
  readonly exposed: readonly HostPath[]
  /** Absent where the guest gets nothing that was not asked for: a mount below that belongs to it. */
  readonly later?: LaterMounts | undefined
  readonly veils?: Veils | undefined
}

/**
 * Names that a guest does not see in directories that it only reads, whatever gets them while the VM runs: a mount covers a file, and is gone when
 * that is replaced (`d_invalidate()` of fs/namei.c, detach_mounts()).
 */
export interface Veils {
  /** Directory with one for each home, named by its place in `homes`: a whiteout for each name, which overlayfs puts in front (Documentation/filesystems/overlayfs.rst). */
  readonly layers: string
  readonly homes: readonly Veil[]
}

export interface Veil {
  /** A home. */
  readonly path: string
  /** Hidden by it, absolute: below the path. */
  readonly names: readonly string[]
}

/** Mounts that were made after the decision what to hide are hidden too, but for these. */
export interface LaterMounts {
  /** Mounts that were looked at. */
  readonly seen: readonly string[]
  /** Directories in which there may be others. */
  readonly free: readonly string[]
}

/** Kernel interfaces, sockets and temporary files of the running system (file-hierarchy(7)). */
export const runtimeDirectories = ['/proc', '/sys', '/dev', '/run', '/tmp'] as const

/** Where a distribution keeps its programs, their data and its configuration: separate file systems of a host belong to its root all the same. */
const systemDirectories = [
  '/usr',
  '/usr/local',
  '/etc',
  '/opt',
  '/var',
  '/bin',
  '/sbin',
  '/lib',
  '/lib32',
  '/lib64',
  '/nix',
  '/nix/store',
  '/gnu',
  '/gnu/store',
]

/** What a container engine gives each container (moby, daemon/container/container_unix.go). */
const containerFiles = ['/etc/resolv.conf', '/etc/hosts', '/etc/hostname']

/** File systems that show processes, devices or settings of the kernel wherever they are mounted (Documentation/filesystems/proc.rst and others). */
const kernelFileSystems = [
  'proc',
  'sysfs',
  'devtmpfs',
  'devpts',
  'cgroup',
  'cgroup2',
  'securityfs',
  'debugfs',
  'tracefs',
  'configfs',
  'bpf',
  'pstore',
  'efivarfs',
  'mqueue',
  'hugetlbfs',
  'binfmt_misc',
  'nsfs',
  'rpc_pipefs',
  'selinuxfs',
  'fusectl',
  'autofs',
]

export interface HideInput {
  readonly mounts: readonly HostMount[]
  /** Mounts that are files. */
  readonly fileMounts: readonly string[]
  /** Files and directories with credentials; those that exist. */
  readonly credentials: readonly HostPath[]
  /** Directories of this host that the guest gets. */
  readonly exported: readonly string[]
  /** Those of them that the user named or works in: what is mounted below them belongs to them. */
  readonly asked: readonly string[]
  /** Programs and directories whose file system the guest needs: the home, PATH. */
  readonly used: readonly string[]
  /** `--expose`: never hidden, and neither is what is inside. */
  readonly exposed: readonly string[]
}

/** What to hide of this host for these exports; one may be inside another. */
export function hiddenPaths(input: HideInput): readonly HostPath[] {
  const { mounts, fileMounts, credentials, exported, asked, exposed } = input
  const runtime = runtimeDirectories.map((path): HostPath => ({ path, kind: 'directory' }))
  const foreign = mounts
    .filter((mount) => mount.path !== '/' && !isKept(mount, input))
    .map(({ path }): HostPath => ({ path, kind: fileMounts.includes(path) ? 'file' : 'directory' }))
  return [...runtime, ...foreign, ...credentials].filter(
    ({ path }, index, all) =>
      exported.some((directory) => isWithin(path, directory)) &&
      // Asked for by name: `-v ~/.ssh`, `-v /tmp`.
      !asked.includes(path) &&
      !exposed.some((one) => isWithin(path, one)) &&
      all.findIndex((one) => one.path === path) === index,
  )
}

function isKept({ path, fsType }: HostMount, { mounts, asked, used }: HideInput): boolean {
  if (kernelFileSystems.includes(fsType)) return false
  if (systemDirectories.includes(path) || containerFiles.includes(path)) return true
  const isAsked = asked.some((one) => one !== '/' && isWithin(path, one))
  return isAsked || [...asked, ...used].some((one) => mountOf(one, mounts) === path)
}

/** The mount that a path is on. */
function mountOf(path: string, mounts: readonly HostMount[]): string | undefined {
  return mounts
    .map((mount) => mount.path)
    .filter((mount) => isWithin(path, mount))
    .toSorted((a, b) => b.length - a.length)[0]
}

/** A mount of this host, as /proc/self/mountinfo lists it. */
export interface HostMount {
  readonly path: string
  readonly fsType: string
}

/** `/proc/self/mountinfo` (proc_pid_mountinfo(5)): the mounts in order, each place once, with what is mounted last. */
export function parseMountinfo(text: string): readonly HostMount[] {
  const mounts = new Map<string, HostMount>()
  for (const line of text.split('\n')) {
    const [before = '', after = ''] = line.split(' - ')
    const path = before.split(' ')[4]
    const fsType = after.split(' ')[0]
    if (path === undefined || !path.startsWith('/') || fsType === undefined || fsType === '') continue
    const unescaped = unescapeOctal(path)
    mounts.set(unescaped, { path: unescaped, fsType })
  }
  return [...mounts.values()]
}

/** Blank, tab, newline and backslash as the kernel writes them: `\040`. */
function unescapeOctal(path: string): string {
  const bytes = [...new TextEncoder().encode(path)]
  const plain: number[] = []
  for (let at = 0; at < bytes.length; at++) {
    const digits = path.includes('\\') ? String.fromCharCode(...bytes.slice(at + 1, at + 4)) : ''
    if (bytes[at] === 0x5c && /^[0-3][0-7]{2}$/.test(digits)) {
      plain.push(Number.parseInt(digits, 8))
      at += 3
    } else plain.push(bytes[at] ?? 0)
  }
  return new TextDecoder().decode(new Uint8Array(plain))
}
