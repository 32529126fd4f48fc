import { UserError, message, option, type Message } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { makeDirectory } from '../files/make-directory.ts'
import { explainSystemError } from '../process/system-error.ts'

const hint: Message = message`Choose a directory with ${option('cache-dir')} or KERNELKIT_CACHE_DIR.`

/** Makes sure that the root is a directory; it is made when missing. */
export async function checkStoreRoot(host: Host, root: string): Promise<void> {
  try {
    await makeDirectory(host, root)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      const text = `the store ${root} cannot be opened: it or one of its parents is a file, not a directory.`
      throw new UserError('STORE_NOT_A_FOLDER', text, { hint, cause })
    }
    if (code === 'ENOENT') {
      // Its parent exists: a file system without mkdir, such as /proc.
      throw new UserError('ACCESS_DENIED', `the store ${root} cannot be created (${(cause as Error).message}).`, { hint, cause })
    }
    throw explainSystemError(cause, root)
  }
}
