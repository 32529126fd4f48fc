import { message, option, type Message } from '@kernelkit/core/errors'

/** How much of a program's output an error carries. */
const errorLines = 40

/** The hint of an error whose message ends with the last lines of a program. */
export const readLastLines: Message = message`Read the last lines; ${option('verbose')} shows all of them.`

/** The end of a program's output, for an error message. */
export function lastLines(output: string | readonly string[], count: number = errorLines): string {
  const lines = typeof output === 'string' ? output.trimEnd().split('\n') : output
  return lines.slice(-count).join('\n')
}
