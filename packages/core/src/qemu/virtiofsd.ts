import { isWithin, layCovers } from '../confine/confined-argv.ts'
import type { HostPath } from '../confine/hidden-paths.ts'
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
 * A share that is only read is read-only here, below its first mount too: the daemons have no option for that.
 */
const script = (covers: string): string => `set -e
place=$1 source=$2 directory=$3 id=$4 mode=$5
shift 5
mount -t tmpfs tmpfs "$place"
mkdir "$place/share" "$place/$id"
mount --rbind "$source" "$place/share"
mount --bind "$directory" "$place/$id"
if [ "$mode" = ro ]; then
  while read -r _ _ _ _ path options _; do
    path=$(printf '%b' "$path")
    case $path in
      "$place/share" | "$place/share"/*) mount -o "remount,bind,ro,\${options#r[ow],}" "$path" ;;
    esac
  done < /proc/self/mountinfo
fi
${covers}mount --rbind "$place" /run
ulimit -n "$(ulimit -Hn)"
exec "$@"`

/** What the guest must not see of the host is covered in what the daemon serves, as it is for QEMU (core/confine). */
function coverLines({ confinement }: Pick<QemuLaunch, 'confinement'>, share: Share): string {
  if (confinement === undefined) return ''
  // The share itself was asked for, unless it is the whole host.
  const shown = [...confinement.exposed, ...(share.host === '/' ? [] : [{ path: share.host, kind: 'directory' } as const])]
  const below = share.host === '/' ? '' : share.host
  const covers = layCovers(confinement.hidden, shown).filter(({ path }) => path !== share.host && isWithin(path, share.host))
  return covers
    .flatMap(({ path, kind, inside }, index) => {
      const staged = `"$place/cover${index}"`
      const target = `"$place/share"${quoteArgv([path.slice(below.length)])}`
      const make = (one: HostPath, at: string): string =>
        one.kind === 'directory' ? `mkdir -p ${at}` : `mkdir -p "$(dirname ${at})" && : > ${at}`
      return [
        make({ path, kind }, staged),
        ...inside.flatMap((one) => {
          const at = `${staged}${quoteArgv([one.at])}`
          return [make(one, at), `mount --rbind "$place/share"${quoteArgv([one.path.slice(below.length)])} ${at}`]
        }),
        `mount --rbind ${staged} ${target}`,
        `mount -o remount,bind,ro ${target}`,
      ]
    })
    .map((line) => `${line}\n`)
    .join('')
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
    'sh',
    '-c',
    script(coverLines(launch, share)),
    'virtiofsd',
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
