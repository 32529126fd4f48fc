const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/

/** A command line that can be pasted into a POSIX shell; every word is quoted when it needs to be. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map((word) => (plainWord.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(' ')
}
