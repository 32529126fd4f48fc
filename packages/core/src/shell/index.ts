import { replaceControls } from '../text/index.ts'

const plainWord = /^[A-Za-z0-9_@%+=:,./-]+$/

/**
 * A command line that can be pasted into a POSIX shell; every word is quoted when it needs to be. It does nothing to the terminal that it is
 * printed on: what would is written by its bytes.
 */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map((word) => (plainWord.test(word) ? word : quoteWord(word))).join(' ')
}

function quoteWord(word: string): string {
  // No run ends with a line feed, which the shell would take off.
  return `'${replaceControls(word.replaceAll("'", `'\\''`), (run) => `'"$(printf '${octalBytes(run)}')"'`)}'`
}

function octalBytes(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')
}

/** The text as the input of the command before it. */
export function heredoc(content: string): string {
  let end = 'END'
  while (content.split('\n').includes(end)) end += '_'
  return ` <<'${end}'\n${content}${content.endsWith('\n') ? '' : '\n'}${end}`
}
