import { quoteArgv } from '../shell/index.ts'
import type { Confinement, HostPath } from './hidden-paths.ts'

export interface ConfinedProgram {
  readonly argv: readonly string[]
  /** Directory that takes what covers the hidden paths; it is made. */
  readonly stage: string
  /** Words for setpriv(1), which starts the program. */
  readonly setpriv: readonly string[]
}

/** The program's words, run where what is hidden is empty. */
export function confinedArgv(confinement: Confinement, { argv, stage, setpriv }: ConfinedProgram): readonly string[] {
  return [
    // A mount namespace of its own, from which nothing goes back. Without --fork it becomes the program: same process id.
    'unshare',
    '--mount',
    '--propagation=private',
    // An ordinary user is root in a user namespace, where mounts are allowed.
    ...(confinement.way === 'user' ? ['--map-root-user'] : []),
    'sh',
    '-c',
    coverScript(confinement),
    'kernelkit',
    stage,
    'setpriv',
    ...setpriv,
    '--inh-caps=-all',
    // No covers are taken off, and no other process is looked into.
    `--bounding-set=${confinement.way === 'user' ? '-all' : withoutCapabilities.map((name) => `-${name}`).join(',')}`,
    ...argv,
  ]
}

// capabilities(7): mounting, other processes, the kernel itself, device nodes.
const withoutCapabilities = ['sys_admin', 'sys_ptrace', 'sys_module', 'sys_rawio', 'sys_boot', 'mknod']

/** The line that the script prints before it gives up. */
export const confinementFailedMark = 'kernelkit: what the guest must not see of this host cannot be hidden'

/**
 * Where the root of the host is for QEMU, when a guest gets it: QEMU's 9p server reads and sets attributes through /proc/self/fd
 * (QEMU hw/9pfs/9p-util.h, fgetxattrat_nofollow()), which the guest must not see. There are two trees, therefore.
 */
export const exportedRoot = '/proc/root'

interface StagedCover extends Cover {
  /** Its place in the stage. */
  readonly staged: string
}

/**
 * One mount(8) for everything. It skips what is mounted already, so each cover is looked at afterwards. /proc comes last: mount reads it.
 * Covers are built in the stage, which may be hidden by one of them: they are named relative to it.
 */
function coverScript({ hidden, needed, exposed }: Confinement): string {
  const stage = (covers: readonly Cover[], name: string): readonly StagedCover[] =>
    covers.map((cover, index) => ({ ...cover, staged: `${name}${index}` }))
  const own = stage(layCovers(hidden, [...needed, ...exposed]), 'own')
  const proc = own.find(({ path }) => path === '/proc')
  // Without /proc in what the guest gets it does not get the root.
  const out = proc === undefined ? [] : stage(layCovers(hidden, exposed), 'out')
  const places = [...own, ...out].flatMap(({ kind, staged, inside }) => [
    { kind, at: staged },
    ...inside.map((one) => ({ ...one, at: staged + one.at })),
  ])
  const directories = [
    ...places.map(({ kind, at }) => (kind === 'directory' ? at : parentOf(at))).filter((at) => at !== ''),
    ...(proc === undefined ? [] : ['tree', `${proc.staged}/root`, `${proc.staged}/self/fd`]),
  ]
  const others = own.filter((cover) => cover !== proc)
  const table = [
    ...(proc === undefined ? [] : [line('/', 'tree', 'rbind')]),
    ...[...out, ...own].flatMap(({ staged, inside }) => inside.map((one) => line(one.path, staged + one.at, bind(one.kind)))),
    ...out.map(({ path, kind, staged }) => line(staged, `tree${path}`, `${bind(kind)},ro`)),
    ...others.map(({ path, kind, staged }) => line(staged, path, `${bind(kind)},ro`)),
  ]
  const last = proc === undefined ? [] : [line('tree', `${proc.staged}/root`, 'rbind'), line(proc.staged, '/proc', 'rbind,ro')]
  // The shell becomes QEMU: its process id stays.
  const ownFds = proc === undefined ? '' : ` "/proc/$$/fd ${proc.staged}/self/fd none bind 0 0"`
  return [
    'mkdir -p "$1" && cd "$1" &&',
    `mkdir -p ${quoteArgv([...new Set(directories)])} &&`,
    ...places.filter(({ kind }) => kind === 'file').map(({ at }) => `: > ${quoteArgv([at])} &&`),
    `printf '%s\\n' ${quoteArgv(table)}${ownFds} ${quoteArgv(last)} > fstab && mount -a -T fstab &&`,
    ...own.map(({ path, staged }) => `[ ${quoteArgv([path])} -ef ${staged} ] &&`),
    ...out.map(({ path, staged }) => `[ ${quoteArgv([`tree${path}`])} -ef ${staged} ] &&`),
    `true || { echo ${quoteArgv([confinementFailedMark])} >&2; exit 1; }`,
    'shift',
    'cd "$OLDPWD" 2> /dev/null || cd /',
    'exec "$@"',
  ].join('\n')
}

/** A line of fstab(5). */
function line(from: string, to: string, options: string): string {
  return `${field(from)} ${field(to)} none ${options} 0 0`
}

/** What is mounted inside a directory comes along. */
function bind(kind: HostPath['kind']): string {
  return kind === 'directory' ? 'rbind' : 'bind'
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

/** A field of fstab(5): what ends a field or begins an escape, in octal. */
function field(text: string): string {
  return text.replaceAll(/[ \t\n\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}

/** A path that is covered, and what is put there: nothing, but for what is shown inside. */
export interface Cover extends HostPath {
  readonly inside: readonly (HostPath & {
    /** Relative to the cover, with a slash in front. */
    readonly at: string
  })[]
}

/** Which covers it takes, outer ones first: nothing is covered where it cannot be seen, nothing is shown where it can be seen anyway. */
export function layCovers(hidden: readonly HostPath[], shown: readonly HostPath[]): readonly Cover[] {
  const items = [...shown.map((one) => ({ ...one, isShown: true })), ...hidden.map((one) => ({ ...one, isShown: false }))]
  const layers: { readonly path: string; readonly cover: (HostPath & { inside: Cover['inside'][number][] }) | undefined }[] = []
  for (const { path, kind, isShown } of items.toSorted((a, b) => a.path.length - b.path.length)) {
    const around = layers.findLast((one) => isWithin(path, one.path))
    if (around?.path === path) continue
    if (!isShown && around?.cover === undefined) layers.push({ path, cover: { path, kind, inside: [] } })
    if (!isShown || around?.cover === undefined) continue
    around.cover.inside.push({ path, kind, at: path.slice(around.path.length) })
    layers.push({ path, cover: undefined })
  }
  return layers.flatMap(({ cover }) => (cover === undefined ? [] : [cover]))
}

/** Whether `path` is `directory` or below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`)
}
