import { UserError } from '@kernelkit/core/errors'
import { writeError } from '@kernelkit/core/options'

/** Errors of the work name options as the caller of the library wrote them. */
export async function inOptionNames<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof UserError ? writeError(error, { door: 'library' }) : error
  }
}
