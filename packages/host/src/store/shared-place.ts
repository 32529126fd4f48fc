import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

/**
 * The store of a user whose cache directory has a path that make cannot take (a blank in it): for large files that outlive a restart
 * (file-hierarchy(7)). kbuild resolves symbolic links, so that a link with a plain name would not do.
 */
export function storeInSharedPlace({ uid }: Pick<Host, 'uid'>): string {
  return `/var/tmp/kernelkit-${uid}`
}

/** A store in /var/tmp, which belongs to all users, must be what this user made there. Throws `ACCESS_DENIED`. */
export async function checkSharedPlace(host: Pick<Host, 'fs' | 'uid'>, root: string): Promise<void> {
  if (root === storeInSharedPlace(host)) await requireOwn(host, root)
}

/** Unless it is missing: a directory of this user that no other one may write. */
export async function requireOwn(host: Pick<Host, 'fs' | 'uid'>, root: string): Promise<void> {
  const stat = await host.fs.lstat(root).catch(() => undefined)
  if (stat === undefined || (stat.isDirectory() && stat.uid === host.uid && (stat.mode & 0o022) === 0)) return
  throw new UserError(
    'ACCESS_DENIED',
    `the store ${root} is not a directory that only uid ${host.uid} may write (owner ${stat.uid}, mode ${(stat.mode & 0o7777).toString(8)}).`,
    {
      hint: message`Remove it, or name a directory of your own with ${option('cache-dir')} or KERNELKIT_CACHE_DIR.`,
      details: { path: root, uid: stat.uid, mode: stat.mode },
    },
  )
}

/** Makes it, for this user alone; another user who was faster is found by the check. */
export async function makeSharedPlace(host: Pick<Host, 'fs' | 'uid'>, root: string): Promise<void> {
  if (root !== storeInSharedPlace(host)) return
  await host.fs.mkdir(root, { mode: 0o700 }).catch(() => {})
  await checkSharedPlace(host, root)
}
