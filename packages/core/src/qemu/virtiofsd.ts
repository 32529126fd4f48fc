import {
  copyLayers,
  coverLater,
  eachMount,
  isWithin,
  layCovers,
  layersDirectory,
  refuse,
  reportUnveiled,
  shellArgv,
  veilOptions,
  veilPlaces,
} from '../confine/confined-argv.ts'
import type { HostPath, Veil } from '../confine/hidden-paths.ts'
import { quoteArgv } from '../shell/index.ts'
import { join, type Argv } from './launch.ts'
import type { QemuLaunch, Share } from './launch.ts'

/** The program that serves host directories over virtiofs, one process for each. */
export interface ShareDaemon {
  readonly program: string
  /** `c`: the one of QEMU up to 7.2; `rust`: its successor, a project of its own. */
  readonly kind: 'c' | 'rust'
  /** The caller is not root: the daemon runs in a user namespace with the caller's range of ids. */
  readonly unprivileged: boolean
  /** Library that keeps the C daemon from passing O_NOATIME on, which only the owner of a file may use. */
  readonly preload?: string | undefined
}

/** Shares that a daemon serves, with their place among all shares. */
export function daemonShares(launch: Pick<QemuLaunch, 'shares'>): readonly { readonly share: Share; readonly index: number }[] {
  return launch.shares.flatMap((share, index) => (share.transport === 'virtiofs' ? [{ share, index }] : []))
}

/** Name of a daemon's socket in the VM's directory. */
export function daemonSocket(launch: Pick<QemuLaunch, 'runtimeDirectory'>, index: number): string {
  return join(launch.runtimeDirectory, `fs${index}.sock`)
}

/** The name that the daemon gives its socket, as /proc/net/unix shows it: different for every VM. */
export function boundSocket({ id }: Pick<QemuLaunch, 'id'>, index: number): string {
  return `/run/${id}/fs${index}.sock`
}

/** Name of the directory in the VM's that the daemon's mounts begin in. */
export function daemonDirectory(launch: Pick<QemuLaunch, 'runtimeDirectory'>, index: number): string {
  return join(launch.runtimeDirectory, `fs${index}`)
}

/**
 * Mounts of the daemon's own: /run holds the share, the VM's directory and the lock that the C daemon writes to /var/run/virtiofsd.
 * A share that is only read is read-only here, below its first mount too: the daemons have no option for that. A directory that is removed takes
 * what is mounted on it along, also when another one of its name is there at once: then the mount above it says what may be written.
 */
const script = ({ ofNew, ofKnown, veils }: Covers): string => `set -e
${refuse}
place=$1 source=$2 directory=$3 id=$4 mode=$5
shift 5
mount -t tmpfs tmpfs "$place"
mkdir "$place/share" "$place/$id"
mount --rbind "$source" "$place/share"
mount --bind "$directory" "$place/$id"
cover() { mount --rbind "$1" "$2" && mount -o remount,bind,ro "$2"; }
mkdir "$place/empty"
: > "$place/none"
${eachMount(`case $path in "$place/share" | "$place/share"/*) ;; *) continue ;; esac
${ofNew}
[ "$mode" = rw ] || mount -o "remount,bind,$options,ro" "$path" || ! mountpoint -q "$path"`)}
${ofKnown.map((line) => `${line}\n`).join('')}${veils.map((line) => `${line}\n`).join('')}mount --rbind "$place" /run
ulimit -n "$(ulimit -Hn)"
exec "$@"`

interface Covers {
  /** For each mount below the share. */
  readonly ofNew: string
  readonly ofKnown: readonly string[]
  readonly veils: readonly string[]
}

/** What the guest must not see of the host is covered in what the daemon serves, as it is for QEMU (core/confine). */
function coversOf({ confinement }: Pick<QemuLaunch, 'confinement'>, share: Share): Covers {
  if (confinement === undefined) return { ofNew: '', ofKnown: [], veils: [] }
  // The share itself was asked for, unless it is the whole host.
  const isHost = share.host === '/'
  const shown = [...confinement.exposed, ...(isHost ? [] : [{ path: share.host, kind: 'directory' } as const])]
  const below = isHost ? '' : share.host
  const covers = layCovers(confinement.hidden, shown).filter(({ path }) => path !== share.host && isWithin(path, share.host))
  const ofKnown = covers.flatMap(({ path, kind, inside }, index) => {
    const staged = `"$place/cover${index}"`
    const inShare = (one: string): string => `"$place/share"${quoteArgv([one.slice(below.length)])}`
    const target = inShare(path)
    const make = (one: HostPath, at: string): string =>
      one.kind === 'directory' ? `mkdir -p ${at}` : `mkdir -p "$(dirname ${at})" && : > ${at}`
    const lines = [
      make({ path, kind }, staged),
      ...inside.flatMap((one) => {
        const at = `${staged}${quoteArgv([one.at])}`
        const from = inShare(one.path)
        return [`if [ -e ${from} ]; then ${make(one, at)} && mount --rbind ${from} ${at} || [ ! -e ${from} ]; fi`]
      }),
      // Once more where it was replaced meanwhile.
      `cover ${staged} ${target} || cover ${staged} ${target} || [ ! -e ${target} ]`,
    ]
    // What is gone by now is not there for the guest.
    return [`if [ -e ${target} ]; then`, ...lines, 'fi']
  })
  const { later, veils } = confinement
  const veiled = (share.readonly ? (veils?.homes ?? []) : []).flatMap(({ path }, index) =>
    isWithin(path, share.host) ? [{ path, index }] : [],
  )
  return {
    ofNew: isHost && later !== undefined ? coverLater(later, { stage: '$place/', root: '"$place/share"' }) : '',
    ofKnown,
    veils: [
      ...(veils === undefined || veiled.length === 0 ? [] : [copyLayers(veils, `"$place/${layersDirectory}"`)]),
      ...veiled.map((veil) => veilScript(`"$place/share"${quoteArgv([veil.path.slice(below.length)])}`, veil)),
    ],
  }
}

/** The names of a home that the guest does not see, over the covers: a subshell, because overlayfs takes relative names. */
function veilScript(target: string, { path, index }: Pick<Veil, 'path'> & { readonly index: number }): string {
  const { back } = veilPlaces(index)
  return [
    `([ -n "$veils" ] && cd "$place" && mkdir ${back} && mount --rbind ${target} ${back} &&`,
    `  mount -t overlay -o ${veilOptions(index)} kernelkit ${target}) || ${reportUnveiled(path)}`,
  ].join('\n')
}

/** The command line of a share's daemon; it ends with its parent, and when QEMU closes its socket. */
export function virtiofsdArgv(launch: QemuLaunch, { share, index }: { readonly share: Share; readonly index: number }): Argv {
  const daemon = launch.virtiofsd
  if (daemon === undefined) return []
  const socket = boundSocket(launch, index)
  // The guest alone writes to what it only reads: everything may be kept. Else both sides see each other's changes.
  const cache = share.readonly ? 'always' : 'auto'
  const options =
    daemon.kind === 'c'
      ? // chroot: the mount namespace is there already, and pivot_root fails where / is the initial ramfs.
        [`--socket-path=${socket}`, '-o', `source=/run/share,sandbox=chroot,cache=${cache}`, '-o', 'log_level=warn', '--rlimit-nofile=0']
      : [
          `--socket-path=${socket}`,
          '--shared-dir=/run/share',
          '--sandbox=chroot',
          `--cache=${cache}`,
          '--log-level=warn',
          '--rlimit-nofile=0',
        ]
  return [
    'unshare',
    // The whole subordinate range: the C daemon calls setgroups().
    ...(daemon.unprivileged ? ['--map-root-user', '--map-auto'] : []),
    '--mount',
    ...shellArgv(script(coversOf(launch, share)), 'virtiofsd'),
    daemonDirectory(launch, index),
    share.host,
    launch.runtimeDirectory,
    launch.id,
    share.readonly ? 'ro' : 'rw',
    'setpriv',
    '--pdeathsig',
    'KILL',
    ...(daemon.preload === undefined ? [] : ['env', `LD_PRELOAD=${daemon.preload}`]),
    daemon.program,
    ...options,
  ]
}
