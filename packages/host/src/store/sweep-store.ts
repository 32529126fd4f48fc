import { join } from 'node:path'
import type { Host } from '../host.ts'
import { isLocked } from './lock.ts'
import { readDirectory, removeTree } from './store-directory.ts'

/** Removes directories whose maker is gone. A maker holds its lock for as long as its directory exists, so a directory without a lock is abandoned. */
export async function sweepStore(host: Host, root: string): Promise<void> {
  for (const name of await readDirectory(host, join(root, 'tmp'))) {
    const lockName = name.slice(0, name.lastIndexOf('.'))
    if (await isLocked(host, { directory: join(root, 'locks'), name: lockName })) continue
    host.log.detail(`removing what a killed run left: ${join(root, 'tmp', name)}`)
    await removeTree(host, join(root, 'tmp', name))
  }
}
