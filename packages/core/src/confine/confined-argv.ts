import { quoteArgv } from '../shell/index.ts'
import type { Confinement, HostPath, LaterMounts, Veil, Veils } from './hidden-paths.ts'

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
    ...shellArgv(coverScript(confinement), 'kernelkit'),
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

/** The line that the script prints before it gives up, and what it could not hide. */
export const confinementFailedMark = 'kernelkit: what the guest must not see of this host cannot be hidden'

/**
 * Where the root of the host is for QEMU, when a guest gets it: QEMU's 9p server reads and sets attributes through /proc/self/fd
 * (QEMU hw/9pfs/9p-util.h, fgetxattrat_nofollow()), which the guest must not see. There are two trees, therefore.
 */
const exportedRoot = '/proc/root'

/** Whether a directory is shared as the tree for guests has it: the root, and a home that is only read, in which a veil hides names. */
export function isOfTree(share: { readonly host: string; readonly readonly: boolean }, { hidden, veils }: Confinement): boolean {
  if (share.host === '/') return true
  const isCovered = hidden.some(({ path }) => isWithin(share.host, path))
  return (
    share.readonly &&
    !isCovered &&
    (veils?.homes ?? []).some(({ path }) => isWithin(path, share.host)) &&
    hidden.some(({ path }) => path === '/proc')
  )
}

/** Where a directory is in that tree. */
export function exportedPath(path: string): string {
  return path === '/' ? exportedRoot : exportedRoot + path
}

interface StagedCover extends Cover {
  /** Its place in the stage. */
  readonly staged: string
}

/**
 * One mount(8) for everything. It skips what is mounted already, so each cover is looked at afterwards. /proc comes last: mount reads it.
 * Covers are built in the stage, which may be hidden by one of them: they are named relative to it.
 *
 * What was to be hidden may be gone by now, or in a directory that is closed to this user: nothing is there for the guest to see. What
 * another process replaced meanwhile lost its cover, and gets it once more.
 */
function coverScript(confinement: Confinement): string {
  const { hidden, needed, exposed, later, veils } = confinement
  const stage = (covers: readonly Cover[], name: string): readonly StagedCover[] =>
    covers.map((cover, index) => ({ ...cover, staged: `${name}${index}` }))
  const own = stage(layCovers(hidden, [...needed, ...exposed]), 'own')
  const proc = own.find(({ path }) => path === '/proc')
  // Without /proc in what the guest gets it does not get the root.
  const out = proc === undefined ? [] : stage(layCovers(hidden, exposed), 'out')
  const veiled = proc === undefined ? [] : (veils?.homes ?? [])
  const places = [...own, ...out].flatMap(({ kind, staged, inside }) => [
    { kind, at: staged },
    ...inside.map((one) => ({ ...one, at: staged + one.at })),
  ])
  const directories = [
    'empty',
    ...places.map(({ kind, at }) => (kind === 'directory' ? at : parentOf(at))).filter((at) => at !== ''),
    ...(proc === undefined ? [] : ['tree', `${proc.staged}/root`, `${proc.staged}/self/fd`]),
    ...veiled.map((_veil, index) => veilPlaces(index).back),
  ]
  const others = own.filter((cover) => cover !== proc)
  const files = places.filter(({ kind }) => kind === 'file').map(({ at }) => at)
  return [
    refuse,
    // A tmpfs of its own: in a user namespace mount(8) cannot make a bind of a nosuid mount read-only, which /run/user/UID is, as a rule.
    '{ [ -d "$1" ] || mkdir -p "$1"; } && mount -t tmpfs -o mode=700 kernelkit "$1" && cd "$1" &&',
    `mkdir -p ${quoteArgv([...new Set(directories)])} || refuse "$1"`,
    ...['none', ...files].map((at) => `: > ${quoteArgv([at])} || refuse "$1"`),
    ...(veils === undefined || veiled.length === 0 ? [] : [copyLayers(veils, layersDirectory)]),
    ...(later === undefined ? [] : [eachMount(coverLater(later, { stage: '', root: '' }))]),
    'table() {',
    ...(proc === undefined ? [] : [printLine(line('/', 'tree', 'rbind'))]),
    ...[...out, ...own].flatMap(({ staged, inside }) =>
      inside.map((one) => ifThere(one.path, line(one.path, staged + one.at, bind(one.kind)))),
    ),
    ...(veiled.length === 0
      ? []
      : ['if [ -n "$veils" ]; then', ...veiled.flatMap((veil, index) => veilLines(veil, index).map(printLine)), 'fi']),
    // What a veil hides has no place to put a cover on; where there is no veil the checks below put it there.
    ...out
      .filter(({ path }) => !isVeiled(path, veiled))
      .map(({ path, kind, staged }) => ifThere(path, line(staged, `tree${path}`, `${bind(kind)},ro`))),
    ...others.map(({ path, kind, staged }) => ifThere(path, line(staged, path, `${bind(kind)},ro`))),
    ...(proc === undefined
      ? []
      : [
          // The shell becomes QEMU: its process id stays.
          `echo "/proc/$$/fd ${proc.staged}/self/fd none bind 0 0"`,
          printLine(line('tree', `${proc.staged}/root`, 'rbind')),
          printLine(line(proc.staged, '/proc', 'rbind,ro')),
        ]),
    '}',
    'table > fstab && mount -a -T fstab',
    'covered() { [ "$1" -ef "$2" ] || [ ! -e "$1" ]; }',
    'check() { covered "$1" "$2" || { mount -o "$3,ro" "$2" "$1" && covered "$1" "$2"; } || refuse "$1"; }',
    ...own.map(({ path, kind, staged }) => `check ${quoteArgv([path, staged, bind(kind)])}`),
    // Where QEMU has it, which is a copy of the tree.
    ...out.map(({ path, kind, staged }) => `check ${quoteArgv([exportedRoot + path, staged, bind(kind)])}`),
    ...veiled.map(checkVeil),
    ...(proc === undefined ? [] : [`[ / -ef tree ] && [ / -ef ${exportedRoot} ] || refuse /`]),
    'shift',
    'cd "$OLDPWD" 2> /dev/null || cd /',
    'exec "$@"',
  ].join('\n')
}

// execve(2): a word has at most 128 KiB (MAX_ARG_STRLEN), and a letter takes up to 4 bytes.
const mostWordLetters = 30_000

/** Words for `sh -c` with a script of any length; its positional parameters follow. */
export function shellArgv(script: string, name: string): readonly string[] {
  if (script.length <= mostWordLetters) return ['sh', '-c', script, name]
  const letters = Array.from(script)
  const parts = Array.from({ length: Math.ceil(letters.length / mostWordLetters) }, (_, index) =>
    letters.slice(index * mostWordLetters, (index + 1) * mostWordLetters).join(''),
  )
  const join = 'parts=$1 script= && shift; while [ $parts -gt 0 ]; do script=$script$1 parts=$((parts - 1)) && shift; done; eval "$script"'
  return ['sh', '-c', join, name, String(parts.length), ...parts]
}

/** Shell that gives up, for what follows: `refuse PATH`. */
export const refuse = `refuse() { echo ${quoteArgv([confinementFailedMark])}": $1" >&2; exit 1; }`

/**
 * Shell for `eachMount`: covers the mount where it was made after the decision what to hide, with `empty` and `none` of the stage.
 * `stage` is the text of a double-quoted shell word that ends with a slash, `root` a word for the place where this host's root is.
 */
export function coverLater({ seen, free }: LaterMounts, { stage, root }: { readonly stage: string; readonly root: string }): string {
  const word = (path: string): string => quoteArgv([path])
  const patterns = ["''", ...seen.map(word), ...free.flatMap((path) => [word(path), `${word(path)}/*`])]
  return `case \${path#${root}} in ${patterns.join(' | ')}) ;; *)
  if [ -d "$path" ]; then with="${stage}empty"; else with="${stage}none"; fi
  if [ -e "$path" ] && [ ! "$path" -ef "${stage}." ]; then
    mount -o bind,ro "$with" "$path" || [ ! -e "$path" ] || refuse "$path"
    [ "$path" -ef "$with" ] || [ ! -e "$path" ] || refuse "$path"
  fi ;;
esac`
}

/**
 * Shell after `refuse` that runs a body for each mount of this namespace, with its place as `$path` and its options as `$options` (proc_pid_mountinfo(5)).
 * In a namespace that nothing is propagated to none is added meanwhile, but one goes when another namespace removes its directory, and
 * kernels before 5.8 then leave out the next one of the list (fs/proc_namespace.c): there it is read until it is the same twice.
 */
export function eachMount(body: string): string {
  return `set -f
IFS='
'
before= mounts= tries=0 twice=
read -r release < /proc/sys/kernel/osrelease || release=0.
case $release in [0-4].* | 5.[0-7] | 5.[0-7][!0-9]*) twice=1 ;; esac
until mounts=$(cat /proc/self/mountinfo) && { [ -z "$twice" ] || [ "$mounts" = "$before" ]; }; do
  before=$mounts tries=$((tries + 1))
  [ $tries -lt 1000 ] || refuse /proc/self/mountinfo
done
for mount in $mounts; do
path=\${mount#* * * * } options=\${mount#* * * * * }
path=\${path%% *} options=\${options%% *}
case $path in *\\\\*) path=$(printf '%b.' "$(printf %s "$path" | sed 's/\\\\/\\\\0/g')") path=\${path%.} ;; esac
${body}
done
unset IFS
set +f`
}

/** In the stage: what is in front, and what it is in front of. Their names are in an option of overlayfs, in which a path could not be. */
export function veilPlaces(index: number): { readonly front: string; readonly back: string } {
  return { front: `${layersDirectory}/${index}`, back: `home${index}` }
}

/** The copy of the layers in the stage. */
export const layersDirectory = 'layers'

/**
 * Shell that sets `veils` where there are layers. A copy: the store with them is in one of the homes, as a rule, and overlayfs takes no layer that is
 * inside of another (ovl_check_layer() of fs/overlayfs/super.c, ELOOP). In a user namespace a whiteout, alone of all devices, may be made.
 */
export function copyLayers({ layers }: Veils, to: string): string {
  return `veils=
if cp -a ${quoteArgv([layers])} ${to}; then veils=1; fi`
}

/** The back is a copy of its own: a mount that is not covered by itself. */
function veilLines({ path }: Veil, index: number): readonly string[] {
  const { back } = veilPlaces(index)
  return [line(`tree${path}`, back, 'rbind'), `kernelkit ${field(`tree${path}`)} overlay ${veilOptions(index)} 0 0`]
}

/** Without the layer there is nothing in front. */
function checkVeil({ path, names: [name = path] }: Veil, index: number): string {
  const { front, back } = veilPlaces(index)
  const isThere = `[ -c ${quoteArgv([front + name.slice(path.length)])} ] && [ ! ${quoteArgv([exportedRoot + path])} -ef ${back} ]`
  return `{ ${isThere}; } || ${reportUnveiled(path)}`
}

/** The line that is printed where overlayfs cannot be mounted: by an ordinary user before Linux 5.11, above mounts that this user may not take off. */
export const unveiledMark = 'kernelkit: not hidden by name: '

export function reportUnveiled(path: string): string {
  return `printf '%s\\n' ${quoteArgv([unveiledMark + path.replaceAll('\n', '?')])} >&2`
}

/** Options of mount(8) where the working directory is the stage: overlayfs without an upper directory is read-only. */
export function veilOptions(index: number): string {
  const { front, back } = veilPlaces(index)
  return `ro,lowerdir=${front}:${back}`
}

function isVeiled(path: string, veils: readonly Veil[]): boolean {
  return veils.some(({ names }) => names.some((name) => isWithin(path, name)))
}

function printLine(text: string): string {
  return `printf '%s\\n' ${quoteArgv([text])}`
}

function ifThere(path: string, text: string): string {
  return `[ ! -e ${quoteArgv([path])} ] || ${printLine(text)}`
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
