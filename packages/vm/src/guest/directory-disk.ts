import { dirname, join } from 'node:path'
import { listingArgv, parseListing, type DirectoryListing, type DiskFormat } from '@kernelkit/core/disk'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import { freeBytes, type Host, type Store } from '@kernelkit/host'
import { storedFile } from './joined-initrd.ts'

/** A directory of this host as a disk that a guest only reads. */
export interface DirectoryDiskRequest {
  /** Absolute. */
  readonly directory: string
  readonly format: DiskFormat
  /** Absolute paths that the guest must not see. */
  readonly hidden: readonly string[]
  /** Default: {@link mostDiskBytes}. */
  readonly mostBytes?: number
}

export interface DirectoryDisk {
  readonly path: string
  /** What is said about it. */
  readonly lines: readonly string[]
}

/** The largest directory that becomes a disk: kernel trees with their history are below it. */
export const mostDiskBytes = 4 * 2 ** 30
// The list of their names is held in memory, some 100 bytes each; a kernel tree has 90,000.
const mostEntries = 500_000
// Two of the largest.
const mostStored = 2 * mostDiskBytes
/** Raised when the same directory would give another disk. */
const recipe = '2'
// One who edits saves now and then; a build in the directory writes all the time.
const attempts = 3

/**
 * A disk with the content of a directory, made once for what `stat` says of all its files, kept in the store.
 * Owners and modes are as they are seen here. Throws `SHARE_TOO_LARGE`, `SHARE_CHANGES`, `DISK_FULL`, `HOST_LACKS`.
 */
export async function directoryDisk(
  host: Host,
  store: Store,
  request: DirectoryDiskRequest & { readonly signal?: AbortSignal | undefined },
): Promise<DirectoryDisk> {
  const { directory, format, signal } = request
  const isHidden = request.hidden.filter((path) => path.startsWith(`${directory}/`)).map((path) => path.slice(directory.length + 1))
  const list = async (): Promise<DirectoryListing> => {
    const { stdout } = await host.run(listingArgv(directory, mostEntries), { env: { LC_ALL: 'C' } })
    return parseListing(stdout, { entries: mostEntries, leftOut: isHidden, nowMs: host.now() })
  }
  const place = { directory: 'disks', ending: format.fsType, mostBytes: mostStored }
  const pack = async (to: string, { bytes, entries }: DirectoryListing, leftOut: readonly string[]): Promise<void> => {
    await refuseFull(host, to, bytes)
    await host.run(format.argv({ directory, to, bytes, entries, leftOut }), {
      env: { MKE2FS_CONFIG: '/dev/null' },
      endsWithParent: true,
      package: format.package,
      signal,
    })
  }
  // An entry of the store is what the key in its path says: each run saves the list of its files.
  if (isHidden.length === 0 && directory.startsWith(`${join(store.root, 'kernel')}/`)) {
    const path = await storedFile({
      place,
      identity: [recipe, format.fsType, directory].join('\n'),
      host,
      store,
      write: async (to) => {
        const listing = await list()
        refuseLarge(request, listing)
        await pack(to, listing, [])
      },
    })
    return { path, lines: [] }
  }
  let listing = await list()
  for (let attempt = 1; ; attempt += 1) {
    refuseLarge(request, listing)
    const leftOut = [...isHidden, ...topmost(listing.unreadable)]
    if (leftOut.length > 0 && !format.leavesOut) throw cannotLeaveOut(request, leftOut)
    const { identity } = listing
    // What may change without a sign of it is not found again.
    const salt = listing.isFresh ? host.randomHex(8) : ''
    let after = listing
    const path = await storedFile({
      place,
      identity: [recipe, format.fsType, ...leftOut, identity, salt].join('\n'),
      host,
      store,
      write: async (to) => {
        // What vanished meanwhile fails it, too.
        const failure = await pack(to, listing, leftOut).then(
          () => undefined,
          (error: unknown) => ({ error }),
        )
        signal?.throwIfAborted()
        after = await list()
        if (after.identity !== identity) throw changes(request)
        if (failure !== undefined) throw failure.error
      },
    }).catch((error: unknown) => {
      if (after.identity === identity || attempt === attempts) throw error
      return undefined
    })
    if (path !== undefined) return { path, lines: linesOf(request, { isHidden, unreadable: listing.unreadable }) }
    listing = after
  }
}

/** Without what is below another one. */
function topmost(paths: readonly string[]): readonly string[] {
  const all = new Set(paths)
  return paths.filter((path) => {
    for (let above = dirname(path); above !== '.'; above = dirname(above)) if (all.has(above)) return false
    return true
  })
}

function linesOf(
  { directory }: DirectoryDiskRequest,
  { isHidden, unreadable }: { readonly isHidden: readonly string[]; readonly unreadable: readonly string[] },
): readonly string[] {
  const [first] = unreadable
  return [
    ...(isHidden.length === 0 ? [] : [`left out of the disk of ${directory}: ${isHidden.join(', ')} (credentials or other file systems)`]),
    ...(first === undefined
      ? []
      : [`left out of the disk of ${directory}: ${unreadable.length} paths that you may not read, such as ${first}`]),
  ]
}

function refuseLarge({ directory, mostBytes = mostDiskBytes }: DirectoryDiskRequest, { bytes, isCut }: DirectoryListing): void {
  if (bytes <= mostBytes && !isCut) return
  const size = isCut ? `more than ${mostEntries} files` : `${Math.ceil(bytes / 2 ** 20)} MiB`
  const most = isCut ? `${mostEntries} files` : `${mostBytes / 2 ** 20} MiB`
  throw new UserError('SHARE_TOO_LARGE', `${directory} has ${size}, too many for a disk of the guest: at most ${most}.`, {
    hint: message`Share a smaller directory, or boot a kernel with 9p or virtiofs, or copy it into an image (${command('kernelkit bake --overlay DIR', { action: 'the bake-image action' })}).`,
    details: { directory, bytes },
  })
}

async function refuseFull(host: Host, to: string, bytes: number): Promise<void> {
  const free = await freeBytes(host, dirname(to))
  if (free > bytes) return
  const [needed, left] = [bytes, free].map((size) => Math.ceil(size / 2 ** 20))
  throw new UserError('DISK_FULL', `a disk of ${needed} MiB has no room in ${dirname(to)}: ${left} MiB are free.`, {
    hint: message`Free space (${command('kernelkit cache prune')}), choose another store with ${option('cache-dir')}, or share a smaller directory.`,
    details: { directory: dirname(to), needed: bytes, free },
  })
}

function cannotLeaveOut({ directory, format }: DirectoryDiskRequest, leftOut: readonly string[]): UserError {
  return new UserError(
    'HOST_LACKS',
    `${format.program} cannot leave paths out of the disk of ${directory}, and ${leftOut.length} must not be in it, such as ${leftOut[0] ?? ''}.`,
    {
      hint: 'Install erofs-utils (mkfs.erofs) or squashfs-tools (mksquashfs), or share a directory that has none of them.',
      details: { directory, leftOut },
    },
  )
}

function changes({ directory }: DirectoryDiskRequest): UserError {
  return new UserError('SHARE_CHANGES', `${directory} changed each time while a disk was made of it (${attempts} attempts).`, {
    hint: 'Wait until what writes there has finished, or share a directory that stays as it is.',
    details: { directory },
  })
}
