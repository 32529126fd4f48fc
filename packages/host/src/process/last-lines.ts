/** How much of a program's output an error carries. */
const errorLines = 40

/** The end of a program's output, for an error message. */
export function lastLines(output: string | readonly string[], count: number = errorLines): string {
  const lines = typeof output === 'string' ? output.trimEnd().split('\n') : output
  return lines.slice(-count).join('\n')
}
