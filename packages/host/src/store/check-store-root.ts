import { constants } from 'node:fs'
import { dirname } from 'node:path'
import { UserError, message, option, type Message } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { makeDirectory } from '../files/out-path.ts'
import { makeSharedPlace } from './shared-place.ts'
import { explainSystemError } from '../process/system-error.ts'

const hint: Message = message`Choose a directory with ${option('cache-dir')} or KERNELKIT_CACHE_DIR.`

/** Makes sure that the root is a directory; it is made when missing. */
export async function checkStoreRoot(host: Host, root: string): Promise<void> {
  await makeSharedPlace(host, root)
  try {
    await makeDirectory(host, root)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOTDIR') throw notADirectory(root, cause)
    if (code === 'ENOENT') {
      // Its parent exists: a file system without mkdir, such as /proc.
      throw new UserError('ACCESS_DENIED', `the store ${root} cannot be created (${(cause as Error).message}).`, { hint, cause })
    }
    throw explainSystemError(cause, root)
  }
}

/** Why nothing can be kept in the store, found by looking alone; `undefined` when it is there and writable, or can be made. */
export async function storeProblem(host: Pick<Host, 'fs'>, root: string): Promise<UserError | undefined> {
  for (let place = root; ; place = dirname(place)) {
    try {
      if (!(await host.fs.stat(place)).isDirectory()) return notADirectory(root)
      await host.fs.access(place, constants.W_OK | constants.X_OK)
      return undefined
    } catch (cause) {
      const { code, message: reason } = cause as NodeJS.ErrnoException
      if (code === 'ENOENT' && dirname(place) !== place) continue
      if (code === 'ENOTDIR') return notADirectory(root, cause)
      const what = place === root ? 'written' : 'created'
      return new UserError('ACCESS_DENIED', `the store ${root} cannot be ${what} (${reason}).`, { hint, cause })
    }
  }
}

function notADirectory(root: string, cause?: unknown): UserError {
  const text = `the store ${root} cannot be opened: it or one of its parents is a file, not a directory.`
  return new UserError('STORE_NOT_A_DIRECTORY', text, { hint, cause })
}
