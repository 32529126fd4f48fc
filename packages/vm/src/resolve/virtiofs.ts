import type { ShareDaemon } from '@kernelkit/core/qemu'
import type { Host, Store } from '@kernelkit/host'
import type { ResolvedRoot } from './resolve-root.ts'
import type { ResolvedShares } from './resolve-shares.ts'

// QEMU's own up to 7.2; its successor as Debian 13, Fedora and Ubuntu install it.
const places = ['/usr/lib/qemu/virtiofsd', '/usr/libexec/virtiofsd', '/usr/lib/virtiofsd']

/** The virtiofsd of this host, `undefined` when it has none that this user can run. */
export async function findShareDaemon(host: Host, store: Store): Promise<ShareDaemon | undefined> {
  const found = await host.which('virtiofsd')
  for (const program of [...(found === undefined ? [] : [found]), ...places]) {
    if (!(await host.fs.exists(program))) continue
    const { stdout, stderr } = await host.run([program, '--help'], { reject: false })
    // Options of libfuse, or a daemon that drops its groups first, which only root may.
    const kind = /-o cache=|setgroups\(\)/.test(`${stdout}${stderr}`) ? 'c' : 'rust'
    const unprivileged = host.uid !== 0
    if (unprivileged && !(await hasIdRange(host))) return undefined
    if (kind === 'rust' || !unprivileged) return { program, kind, unprivileged }
    const { noAtimeLibrary } = await import('../guest/no-atime-library.ts')
    const preload = await noAtimeLibrary(host, store)
    return preload === undefined ? undefined : { program, kind, unprivileged, preload }
  }
  return undefined
}

/** Whether this user may map ids of others: newuidmap(1) is there, and /etc/subuid and /etc/subgid give a range. Tried. */
async function hasIdRange(host: Host): Promise<boolean> {
  const { exitCode } = await host.run(['unshare', '--map-root-user', '--map-auto', 'true'], { reject: false })
  return exitCode === 0
}

/** The same root over virtiofs. */
export function rootOverVirtiofs(root: ResolvedRoot): ResolvedRoot {
  if (root.share === undefined || root.guest.kind !== '9p') return root
  return { ...root, guest: { ...root.guest, kind: 'virtiofs' }, share: { ...root.share, transport: 'virtiofs' } }
}

/** The same shares over virtiofs. */
export function sharesOverVirtiofs(shares: ResolvedShares, { program }: ShareDaemon): ResolvedShares {
  return {
    ...shares,
    lines: [`directories over virtiofs (${program})`, ...shares.lines],
    shares: shares.shares.map((share) => ({ ...share, transport: 'virtiofs' })),
    mounts: shares.mounts.map((mount) => ({ ...mount, transport: 'virtiofs' })),
  }
}
