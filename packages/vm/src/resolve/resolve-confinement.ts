import { once } from 'node:events'
import { basename, dirname, join, resolve } from 'node:path'
import {
  hiddenPaths,
  homeCredentials,
  homesOf,
  isWithin,
  layCovers,
  parseMountinfo,
  runtimeDirectories,
  systemCredentials,
  type Confinement,
  type HostMount,
  type HostPath,
  type LaterMounts,
} from '@kernelkit/core/confine'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import { writeFor, type Reader } from '@kernelkit/core/options'
import type { Drive, Share } from '@kernelkit/core/qemu'
import { containerVariable, type Host } from '@kernelkit/host'
import { runtimeDirectory } from '../process/runtime-directory.ts'
import type { ResolvedVm } from './resolve-vm.ts'
import type { PlanServices } from './services.ts'

export interface ConfinementInput {
  readonly vm: Pick<ResolvedVm, 'expose' | 'unconfined' | 'qemuArgs' | 'reader' | 'keep'>
  readonly shares: readonly Share[]
  readonly drives: readonly Drive[]
  readonly kernel: string
  readonly initrd: string | undefined
  /** Absolute path of the program. */
  readonly qemu: string
}

type FileHost = Pick<Host, 'fs'>

export interface ResolvedConfinement {
  /** Absent: nothing is hidden. */
  readonly confinement: Confinement | undefined
  /** What is said about it, and what else with --verbose. */
  readonly lines: readonly string[]
  readonly details: readonly string[]
}

/** What of this host's files QEMU must not see, as far as it is in a directory that the guest gets. Throws `NOT_CONFINED`. */
export async function resolveConfinement(host: Host, services: PlanServices, input: ConfinementInput): Promise<ResolvedConfinement> {
  const { vm, shares } = input
  if (vm.unconfined) {
    const said = message`${option('unconfined')}: nothing of this host's directories is hidden from the guest`
    return { confinement: undefined, lines: [writeFor(said, vm.reader)], details: [] }
  }
  // The root is shared: there is something to hide for certain.
  const early = shares.some((share) => share.host === '/') ? tryWays(host) : undefined
  const [{ hidden, asked, shown, later, homes, mounts }, needed] = await Promise.all([
    findHidden(host, input),
    neededPaths(host, input).then((paths) => kindsOf(host, paths)),
  ])
  if (hidden.length === 0) return { confinement: undefined, lines: [], details: [] }
  const exposed = shown.map(({ path }) => path)
  // What a guest gets with the root is a tree of its own.
  const veiled =
    later === undefined || !isVeiled(vm)
      ? undefined
      : (await import('./resolve-veils.ts')).findVeils(host, services, { homes, hidden, exposed, asked, mounts })
  const [{ way, obstacles }, veils] = await Promise.all([early ?? tryWays(host), veiled])
  if (way === undefined) {
    if (host.env[containerVariable] === undefined) throw notConfined(hidden, obstacles)
    // A container of ours is there to confine.
    const said = "confined by the container alone: the guest can see the container's own processes and mounts"
    return { confinement: undefined, lines: [said], details: [] }
  }
  const shared = asked.map((path): HostPath => ({ path, kind: 'directory' }))
  const confinement: Confinement = { way, hidden, needed: [...shared, ...needed], exposed: shown, later, veils }
  return { confinement, ...describeCovers(confinement, vm.reader) }
}

/**
 * Overlayfs does not notice that a file below it was replaced (Documentation/filesystems/overlayfs.rst, "Changes to underlying filesystems"): a VM
 * that you keep would run the program of before. In a job, whose later steps bring credentials, hiding them comes first.
 */
function isVeiled({ keep, reader }: ConfinementInput['vm']): boolean {
  return !keep || reader.door === 'action'
}

interface FoundHidden {
  readonly hidden: readonly HostPath[]
  /** Directories that were named one by one. */
  readonly asked: readonly string[]
  /** `--expose`. */
  readonly shown: readonly HostPath[]
  readonly later: LaterMounts | undefined
  /** Whose credentials are hidden. */
  readonly homes: readonly string[]
  readonly mounts: readonly HostMount[]
}

/** What the guest must not see of directories that it gets. */
export async function findHidden(host: Host, { vm, shares, qemu }: Pick<ConfinementInput, 'vm' | 'shares' | 'qemu'>): Promise<FoundHidden> {
  const [exported, exposed, used] = await Promise.all([
    Promise.all([...new Set(shares.map((share) => share.host))].map((path) => realPathOfNew(host, path))),
    Promise.all(vm.expose.map((path) => realPathOfExposed(host, path))),
    realPaths(host, [host.home, qemu, process.execPath, ...(host.env['PATH'] ?? '').split(':').filter((path) => path.startsWith('/'))]),
  ])
  const asked = exported.filter((path) => path !== '/')
  // After the look at those paths, which mounts them where an automounter does that.
  const listed = parseMountinfo(await host.fs.readFile('/proc/self/mountinfo', 'utf8'))
  const isRuntime = (path: string) => runtimeDirectories.some((directory) => isWithin(path, directory))
  const homes = await findHomes(host)
  const [kinds, credentials, shown] = await Promise.all([
    kindsOf(
      host,
      listed.map(({ path }) => path).filter((path) => !isRuntime(path)),
    ),
    findCredentials(host, homes, exported),
    kindsOf(host, exposed),
  ])
  const kindAt = new Map(kinds.map(({ path, kind }) => [path, kind]))
  // One that is gone by now, or in a directory that is closed to this user, is looked at again where mounts do not change any more.
  const mounts = listed.filter(({ path }) => isRuntime(path) || kindAt.has(path))
  const fileMounts = mounts.flatMap(({ path }) => (kindAt.get(path) === 'file' ? [path] : []))
  // Keys and sockets of running VMs, wherever the user keeps them.
  const running: HostPath = { path: await host.fs.realpath(await runtimeDirectory(host)), kind: 'directory' }
  const hidden = hiddenPaths({ mounts, fileMounts, credentials: [running, ...credentials], exported, asked, used, exposed })
  const covered = hidden.filter(({ kind }) => kind === 'directory').map(({ path }) => path)
  // The file system of a home may be mounted just now.
  const seen = [...mounts.map(({ path }) => path), ...[...asked, ...used].flatMap(withParents)]
  const later = {
    seen: [...new Set(seen)].filter((path) => !covered.some((directory) => isWithin(path, directory))),
    free: [...asked, ...exposed, ...covered],
  }
  return { hidden, asked, shown, later: exported.includes('/') ? later : undefined, homes, mounts }
}

function withParents(path: string): readonly string[] {
  return path === '/' ? [] : [path, ...withParents(dirname(path))]
}

/** What the guest does not see of the directories that it gets. */
function describeCovers({ hidden, exposed }: Confinement, reader: Reader): Pick<ResolvedConfinement, 'lines' | 'details'> {
  const covers = layCovers(hidden, exposed)
  const isRuntime = ({ path }: HostPath): boolean => runtimeDirectories.some((directory) => directory === path)
  const names = covers.filter(isRuntime).map(({ path }) => path)
  const others = covers.length - names.length
  const more = others === 0 ? [] : [`${others} ${others === 1 ? 'path' : 'paths'} with credentials or other file systems`]
  const line = message`hidden from the guest: ${[...names, ...more].join(', ')} (${option('verbose')} lists them, ${option('expose')} shows one)`
  return {
    lines: [writeFor(line, reader)],
    details: [
      ...covers.map(({ path, kind }) => `hidden from the guest: ${path} (an empty ${kind} in its place)`),
      ...covers.flatMap(({ inside }) => inside.map((one) => `shown inside: ${one.path}`)),
    ],
  }
}

/** Where links lead; what does not exist is left out. */
async function realPaths(host: FileHost, paths: readonly string[]): Promise<readonly string[]> {
  const found = await Promise.all([...new Set(paths)].map((path) => host.fs.realpath(path).catch(() => undefined)))
  return found.filter((path) => path !== undefined)
}

/** A path that is not there would be shown to no guest, and what was meant stay hidden. */
async function realPathOfExposed(host: Pick<Host, 'fs' | 'cwd'>, named: string): Promise<string> {
  return host.fs.realpath(resolve(host.cwd, named)).catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', message`${option('expose', named)}: there is no such path on this host.`, {
      hint: message`Check the path; ${option('verbose')} lists what is hidden.`,
      details: { path: named },
      cause,
    })
  })
}

/** Where links lead in the part of the path that exists: a directory for artifacts is made after the plan. */
async function realPathOfNew(host: FileHost, path: string): Promise<string> {
  const found = await host.fs.realpath(path).catch(() => undefined)
  return found ?? join(await realPathOfNew(host, dirname(path)), basename(path))
}

/** Directories and files of those that exist; a device counts as a file. */
async function kindsOf(host: FileHost, paths: readonly string[]): Promise<readonly HostPath[]> {
  const found = await Promise.all(
    [...new Set(paths)].map(async (path): Promise<HostPath | undefined> => {
      const stat = await host.fs.stat(path).catch(() => undefined)
      return stat === undefined ? undefined : { path, kind: stat.isDirectory() ? 'directory' : 'file' }
    }),
  )
  return found.filter((one) => one !== undefined)
}

/** The caller's home, for root every home. */
async function findHomes(host: Pick<Host, 'fs' | 'home' | 'uid'>): Promise<readonly string[]> {
  const others = host.uid === 0 ? homesOf(await host.fs.readFile('/etc/passwd', 'utf8').catch(() => '')) : []
  return [...new Set(await realPaths(host, [host.home, ...others]))].filter((home) => home !== '/')
}

/** Of homes and of the host itself, as far as it is in what the guest gets. */
async function findCredentials(host: FileHost, homes: readonly string[], exported: readonly string[]): Promise<readonly HostPath[]> {
  const inHomes = await Promise.all(
    homes.map(async (home) => {
      if (!exported.some((directory) => isWithin(home, directory) || isWithin(directory, home))) return []
      // One look at the home saves most of the others.
      const names = new Set(await host.fs.readdir(home).catch(() => []))
      return homeCredentials.filter((path) => names.has(path.split('/')[0] ?? '')).map((path) => join(home, path))
    }),
  )
  const ofHost = exported.includes('/') ? systemCredentials : []
  return kindsOf(host, await realPaths(host, [...inHomes.flat(), ...ofHost]))
}

/** What QEMU opens outside of the directories of this VM. */
async function neededPaths(host: FileHost, { vm, drives, kernel, initrd, qemu }: ConfinementInput): Promise<readonly string[]> {
  const named = vm.qemuArgs.flatMap((word) => word.match(/\/(?:dev|run|tmp|proc|sys)\/[^\s,:;=]+/g) ?? [])
  const files = [kernel, ...(initrd === undefined ? [] : [initrd]), ...drives.map(({ path }) => path), ...named]
  const [program = qemu] = await realPaths(host, [qemu])
  return [
    ...(await realPaths(host, ['/etc/resolv.conf', ...files])),
    ...files,
    // An overlay's base is next to it, as a rule.
    ...drives.filter(({ format }) => format === 'qcow2').map(({ path }) => dirname(path)),
    // Its firmware and its libraries are next to it, or in the same prefix.
    dirname(program).endsWith('/bin') ? dirname(dirname(program)) : dirname(program),
    // KVM; entropy; what programs write to that nothing reads.
    '/dev/kvm',
    '/dev/urandom',
    '/dev/null',
  ]
}

const wayWords = { root: [], user: ['--map-root-user'] } as const
const wayObstacles = {
  root: 'this root may not make a mount namespace (in a container: CAP_SYS_ADMIN)',
  user: 'user namespaces are not allowed',
} as const

interface TriedWays {
  readonly way: Confinement['way'] | undefined
  readonly obstacles: readonly string[]
}

/** Who may make a mount namespace, tried. */
async function tryWays(host: Pick<Host, 'spawn' | 'uid'>): Promise<TriedWays> {
  const obstacles: string[] = []
  for (const way of host.uid === 0 ? (['root', 'user'] as const) : (['user'] as const)) {
    const obstacle = await obstacleOf(host, way)
    if (obstacle === undefined) return { way, obstacles }
    obstacles.push(`${wayObstacles[way]} (${obstacle})`)
  }
  return { way: undefined, obstacles }
}

/** Not over `host.run`: that loads a library which a VM's start would wait for. */
async function obstacleOf(host: Pick<Host, 'spawn'>, way: Confinement['way']): Promise<string | undefined> {
  const child = host.spawn(['unshare', '--mount', '--propagation=private', ...wayWords[way], 'mount', '--version'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let stderr = ''
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk))
  try {
    const [exitCode] = (await once(child, 'close')) as [number | null]
    return exitCode === 0 ? undefined : (stderr.trimEnd().split('\n').at(-1) ?? '')
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

function notConfined(hidden: readonly HostPath[], obstacles: readonly string[]): UserError {
  const [first] = hidden
  const others = hidden.length - 1
  return new UserError(
    'NOT_CONFINED',
    `the guest would see ${first?.path ?? ''}${others === 0 ? '' : ` and ${others} more paths`} of this host, and they cannot be hidden: ${obstacles.join('; ')}.`,
    {
      hint: message`Use an image for the root and share a directory that has none of them, allow user namespaces (${command('sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0', { action: 'the setup-kvm action' })} on Ubuntu), or accept it with ${option('unconfined')}.`,
      details: { hidden: hidden.map(({ path }) => path), obstacles },
    },
  )
}
