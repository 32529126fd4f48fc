import { UserError } from '@kernelkit/core/errors'

/** Node's, the C library's and git's words for it. */
const noSpaceText = /No space left on device|Disk quota exceeded|Out of diskspace/

/**
 * The one place where errors of the operating system become errors for people: a full disk, a
 * read-only place, a folder that is a file. Anything else comes back unchanged.
 */
export function explainSystemError(error: unknown, place?: string): unknown {
  const codes = chain(error).map((link) => (link as NodeJS.ErrnoException).code)
  const path = pathOf(error) ?? place
  const at = path === undefined ? '' : ` at ${path}`
  if (error instanceof UserError && error.code !== 'COMMAND_FAILED') return error
  if (
    codes.includes('ENOSPC') ||
    codes.includes('EDQUOT') ||
    codes.includes('EFBIG') ||
    chain(error).some((link) => noSpaceText.test(link.message))
  ) {
    return new UserError('DISK_FULL', `no space is left${at}.${error instanceof UserError ? `\n${error.message}` : ''}`, {
      hint: 'free space (`kernelkit cache prune`; `kernelkit cache ls` shows what there is), or choose another folder with --cache-dir.',
      cause: error,
    })
  }
  if (error instanceof UserError) return error
  if (codes.includes('EIO')) {
    return new UserError('IO_ERROR', `the operating system cannot read or write${at} (${reasonOf(error)}).`, {
      hint: 'Read the log of the kernel of this machine (`dmesg`): a disk, or the connection to it, has failed.',
      cause: error,
    })
  }
  if (codes.includes('EROFS') || codes.includes('EACCES') || codes.includes('EPERM')) {
    return new UserError('ACCESS_DENIED', `the operating system denies access${at} (${reasonOf(error)}).`, {
      hint: 'choose another folder (--cache-dir, --out), or mend the permissions.',
      cause: error,
    })
  }
  if (codes.includes('ENOTDIR') || codes.includes('EEXIST')) {
    return new UserError('NOT_A_FOLDER', `a folder is needed${at}, and it, or something above it, is a file (${reasonOf(error)}).`, {
      hint: 'name another folder (--out, --cache-dir), or move the file away.',
      cause: error,
    })
  }
  return error
}

/** Run `work`; whatever it throws is explained by {@link explainSystemError}. */
export async function explaining<T>(place: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw explainSystemError(error, place)
  }
}

function chain(error: unknown): Error[] {
  const links: Error[] = []
  for (let link = error; link instanceof Error && links.length < 10; link = link.cause) links.push(link)
  return links
}

function pathOf(error: unknown): string | undefined {
  for (const link of chain(error)) {
    const { path, dest } = link as NodeJS.ErrnoException & { dest?: string }
    if (typeof dest === 'string') return dest
    if (typeof path === 'string') return path
  }
  return undefined
}

function reasonOf(error: unknown): string {
  return chain(error)[0]?.message ?? String(error)
}
