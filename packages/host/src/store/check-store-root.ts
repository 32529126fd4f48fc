import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { makeDirectory } from '../files/make-directory.ts'
import { explainSystemError } from '../process/system-error.ts'

/** The root exists and is a directory; it is made when missing. */
export async function checkStoreRoot(host: Host, root: string): Promise<void> {
  try {
    await makeDirectory(host, root)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      const message = `the store ${root} cannot be opened: it, or something above it, is a file and not a directory.`
      throw new UserError('STORE_NOT_A_FOLDER', message, {
        hint: 'name a directory with --cache-dir or KERNELKIT_CACHE_DIR.',
        cause: error,
      })
    }
    if (code === 'ENOENT') {
      // Its parent exists: a file system that makes no directories, as /proc.
      const message = `the store ${root} cannot be made there (${(error as Error).message}).`
      throw new UserError('ACCESS_DENIED', message, {
        hint: 'name another directory with --cache-dir or KERNELKIT_CACHE_DIR.',
        cause: error,
      })
    }
    throw explainSystemError(error, root)
  }
}
