import { UserError, message, option } from '@kernelkit/core/errors'

/** A terminal for the guest's command needs one here, and its stream cannot go into files. */
export function refuseTty({
  tty,
  isTerminal,
  json,
}: {
  readonly tty: boolean
  readonly isTerminal: boolean
  readonly json: boolean
}): void {
  if (!tty) return
  if (!isTerminal) {
    throw new UserError('BAD_OPTION', message`${option('tty')} needs a terminal on stdin and stdout.`, {
      hint: message`Leave out ${option('tty')}.`,
    })
  }
  if (!json) return
  throw new UserError(
    'BAD_OPTION',
    message`${option('tty')} does not go together with ${option('json')}, which writes the command's streams to files.`,
    { hint: 'Leave one of them out.' },
  )
}
