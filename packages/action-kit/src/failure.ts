import { inspect } from 'node:util'
import { UserError } from '@kernelkit/core/errors'
import { renameOptions } from '@kernelkit/core/options'
import type { InputRow } from './inputs.ts'

export interface Failure {
  readonly title: string
  readonly message: string
  /** For the log, below the message. */
  readonly details: string | undefined
}

/** An error as the reader of a workflow's log needs it: options are named as the inputs that he wrote. */
export function describeFailure(
  thrown: unknown,
  options: { readonly inputs: readonly InputRow[]; readonly interrupted: string | undefined },
): Failure {
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
      message: `this is a bug of kernelkit, not of your input: ${thrown instanceof Error ? thrown.message : inspect(thrown)}`,
      details: thrown instanceof Error ? renderCauses(thrown) : undefined,
    }
  }
  const names = options.inputs.map(({ name }) => name)
  const error = renameOptions(thrown, (option) => (names.includes(option) ? option : undefined))
  const hint = error.hint === undefined ? '' : `\nHint: ${error.hint}`
  return { title: error.code, message: `${error.message}${hint}`, details: undefined }
}

function renderCauses(error: Error): string {
  const stacks: string[] = []
  for (let cause: unknown = error; cause instanceof Error && stacks.length < 10; cause = cause.cause)
    stacks.push(cause.stack ?? cause.message)
  return stacks.join('\nCaused by: ')
}
