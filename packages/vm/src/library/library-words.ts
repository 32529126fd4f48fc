import { UserError } from '@kernelkit/core/errors'
import { writeError } from '@kernelkit/core/options'

/** Errors of the work name options as the caller of the library wrote them. */
export async function inLibraryWords<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw libraryError(error)
  }
}

export function libraryError(error: unknown): unknown {
  return error instanceof UserError ? writeError(error, { door: 'library' }) : error
}
