import { UserError } from '@kernelkit/core/errors'
import type { Host } from './host.ts'
import { explaining } from './system-error.ts'

/** The root exists and is a folder. */
export async function checkStoreRoot(host: Host, root: string): Promise<void> {
  try {
    await host.fs.mkdir(root, { recursive: true })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EEXIST' || code === 'ENOTDIR') {
      throw new UserError(
        'STORE_NOT_A_FOLDER',
        `the store ${root} cannot be opened: it, or something above it, is a file and not a folder.`,
        {
          hint: 'name a folder with --cache-dir or KERNELKIT_CACHE_DIR.',
          cause: error,
        },
      )
    }
    await explaining(root, () => Promise.reject(error))
  }
}
