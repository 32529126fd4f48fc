const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/

/** A command line that can be pasted into a POSIX shell; every word is quoted when it needs to be. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map((word) => (plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}

/** The text as the input of the command before it. */
export function heredoc(content: string): string {
  let end = 'END'
  while (content.split('\n').includes(end)) end += '_'
  return ` <<'${end}'\n${content}${content.endsWith('\n') ? '' : '\n'}${end}`
}
