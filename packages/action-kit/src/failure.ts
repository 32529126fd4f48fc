import { inspect } from 'node:util'
import { UserError } from '@kernelkit/core/errors'
import { writeError, type Reader } from '@kernelkit/core/options'

export interface Failure {
  readonly title: string
  readonly message: string
  /** For the log, below the message. */
  readonly details: string | undefined
}

/** An error as the reader of a workflow's log needs it: options are named as inputs. */
export function describeFailure(thrown: unknown, options: { readonly reader: Reader; readonly interrupted: string | undefined }): Failure {
  if (options.interrupted !== undefined) {
    return {
      title: 'INTERRUPTED',
      message: `cancelled (${options.interrupted}); what the step had started was ended too.`,
      details: undefined,
    }
  }
  if (!(thrown instanceof UserError)) {
    return {
      title: 'INTERNAL',
      message: `this is a bug in kernelkit, not in your input: ${thrown instanceof Error ? thrown.message : inspect(thrown)}`,
      details: thrown instanceof Error ? renderCauses(thrown) : undefined,
    }
  }
  const error = writeError(thrown, options.reader)
  const hint = error.hint === undefined ? '' : `\nHint: ${error.hint}`
  return { title: error.code, message: `${error.message}${hint}`, details: undefined }
}

function renderCauses(error: Error): string {
  const stacks: string[] = []
  for (let cause: unknown = error; cause instanceof Error && stacks.length < 10; cause = cause.cause)
    stacks.push(cause.stack ?? cause.message)
  return stacks.join('\nCaused by: ')
}
