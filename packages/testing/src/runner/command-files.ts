/** The files through which a step talks to the runner, by the variable that names each, with the runner's file prefixes. */
export const commandFilePrefixes = {
  GITHUB_ENV: 'set_env_',
  GITHUB_OUTPUT: 'set_output_',
  GITHUB_PATH: 'add_path_',
  GITHUB_STATE: 'save_state_',
  GITHUB_STEP_SUMMARY: 'step_summary_',
} as const
export type CommandFile = keyof typeof commandFilePrefixes

/** A summary above this is refused whole. */
export const summaryLimitBytes = 2 ** 20

/** `NAME=value` lines and `NAME<<DELIMITER` blocks, read as strictly as the runner does: throws on anything else. */
export function parseValueFile(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {}
  const lines = text.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index] ?? ''
    if (line === '') continue
    const equals = line.indexOf('=')
    const heredoc = line.indexOf('<<')
    // Whichever comes first decides.
    if (equals >= 0 && (heredoc < 0 || equals < heredoc)) {
      values[line.slice(0, equals)] = line.slice(equals + 1)
      continue
    }
    const name = line.slice(0, Math.max(heredoc, 0))
    const delimiter = line.slice(heredoc + 2)
    if (heredoc < 0 || name === '' || delimiter === '') throw new Error(`Invalid format '${line}'`)
    const end = lines.indexOf(delimiter, index + 1)
    if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
    values[name] = lines.slice(index + 1, end).join('\n')
    index = end
  }
  return values
}

/** Directories that a step put before PATH, in the order it wrote them. */
export function parsePathFile(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '')
}
