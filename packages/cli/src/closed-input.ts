import { Readable } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'

/** A stdin that was closed when this process began: reading it is an error, as it is for a program on a closed descriptor. */
export function closedInput(): Readable {
  const stream = new Readable()
  // It may never be read.
  stream.on('error', () => {})
  return stream.destroy(
    new UserError('STDIN_FAILED', 'stdin is closed: there is nothing to read.', {
      hint: 'Leave it open, or redirect it from a file or from /dev/null.',
    }),
  )
}
