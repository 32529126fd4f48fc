import type { Host } from '../host.ts'

export type PrivilegeKind = 'root' | 'user-namespaces' | 'sudo' | 'none'

/** How a root file system with foreign owners can be made here. */
export interface BootstrapPrivilege {
  readonly kind: PrivilegeKind
  /** One line for people. */
  readonly reason: string
  /** The command that would make the next better kind work, where there is one. */
  readonly fix?: string
  /** Debian packages that would. */
  readonly packages?: readonly string[]
  /** The kinds before it in the order root, user namespaces, `sudo -n`, and why each cannot be used. */
  readonly refused: readonly { readonly kind: PrivilegeKind; readonly reason: string }[]
}

// A root file system uses owners up to 65534, the overflow uid.
const neededIds = 65536
// Each try runs `true`; a sudo that waits for a directory service, for example, is given up.
const tryMs = 20_000

/** Root, else user namespaces, else `sudo -n`: the first that works when tried. */
export async function bootstrapPrivilege(
  host: Host,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<BootstrapPrivilege> {
  if (host.uid === 0) return { kind: 'root', reason: 'running as root', refused: [] }
  const obstacle = await userNamespaceBlocker(host, options)
  if (obstacle === undefined) return { kind: 'user-namespaces', reason: `user namespaces work for uid ${host.uid}`, refused: [] }
  const { reason: namespaces, ...remedy } = obstacle
  const refused = [{ kind: 'user-namespaces' as const, reason: namespaces }]
  const sudo = await sudoBlocker(host, options)
  if (sudo === undefined) return { kind: 'sudo', reason: `sudo needs no password (user namespaces: ${namespaces})`, refused }
  return {
    kind: 'none',
    reason: `uid ${host.uid} can use neither user namespaces (${namespaces}) nor sudo (${sudo})`,
    refused: [...refused, { kind: 'sudo', reason: sudo }],
    ...remedy,
  }
}

interface Obstacle {
  readonly reason: string
  readonly fix?: string
  readonly packages?: readonly string[]
}

/** `undefined` when a namespace with a whole range of owners could be made just now. */
async function userNamespaceBlocker(host: Host, { signal }: { readonly signal?: AbortSignal | undefined }): Promise<Obstacle | undefined> {
  for (const program of ['newuidmap', 'newgidmap']) {
    if ((await host.which(program)) === undefined) return { reason: `${program} is missing (package uidmap)`, packages: ['uidmap'] }
  }
  const user = (await host.run(['id', '-un'], { reject: false })).stdout.trim()
  for (const file of ['/etc/subuid', '/etc/subgid']) {
    const text = await host.fs.readFile(file, 'utf8').catch(() => '')
    const found = subordinateIds(text, [user, String(host.uid)])
    if (found >= neededIds) continue
    const first = firstFreeId(text)
    const range = `${first}-${first + neededIds - 1}`
    return {
      reason: `${file} gives ${user} ${found === 0 ? 'no range' : `only ${found} ids`}, ${neededIds} are needed`,
      fix: `usermod --add-subuids ${range} --add-subgids ${range} ${user}`,
    }
  }
  // mmdebstrap first: where AppArmor admits only profiled programs, its profile is the one that matters.
  const tries = [
    ['mmdebstrap', '--unshare-helper', 'true'],
    ['unshare', '--user', '--map-auto', '--map-root-user', 'true'],
  ]
  for (const argv of tries) {
    if ((await host.which(argv[0] ?? '')) === undefined) continue
    const result = await host.run(argv, { reject: false, timeoutMs: tryMs, signal })
    if (result.exitCode === 0) return undefined
    const lastLine = result.stderr.trimEnd().split('\n').at(-1) ?? ''
    return { reason: `\`${argv.join(' ')}\` failed${lastLine === '' ? '' : `: ${lastLine}`}${await kernelNote(host)}` }
  }
  return { reason: 'neither mmdebstrap nor unshare is installed' }
}

/** The kernel setting that forbids it, if one does. */
async function kernelNote(host: Host): Promise<string> {
  const settings: readonly (readonly [path: string, value: string])[] = [
    ['kernel/apparmor_restrict_unprivileged_userns', '1'],
    ['kernel/unprivileged_userns_clone', '0'],
    ['user/max_user_namespaces', '0'],
  ]
  for (const [path, value] of settings) {
    const text = await host.fs.readFile(`/proc/sys/${path}`, 'utf8').catch(() => '')
    if (text.trim() === value) return ` (${path.replace('/', '.')} is ${value})`
  }
  return ''
}

async function sudoBlocker(host: Host, { signal }: { readonly signal?: AbortSignal | undefined }): Promise<string | undefined> {
  if ((await host.which('sudo')) === undefined) return 'sudo is not installed'
  const result = await host.run(['sudo', '-n', 'true'], { reject: false, timeoutMs: tryMs, signal })
  return result.exitCode === 0
    ? undefined
    : result.stderr.trimEnd().split('\n').at(-1) || `\`sudo -n true\` exited with status ${result.exitCode}`
}

/** The longest range of ids that `name:first:count` lines give to one of these names (man 5 subuid). */
export function subordinateIds(text: string, names: readonly string[]): number {
  const counts = text.split('\n').map((line) => {
    const [name, , count] = line.trim().split(':')
    return name !== undefined && names.includes(name) ? Number(count) || 0 : 0
  })
  return Math.max(0, ...counts)
}

/** The first id after every range in the file. */
function firstFreeId(text: string): number {
  const ends = text.split('\n').map((line) => {
    const [, first, count] = line.trim().split(':')
    return Number(first) + Number(count) || 0
  })
  // Where useradd begins (SUB_UID_MIN of man 5 login.defs).
  return Math.max(100_000, ...ends)
}
