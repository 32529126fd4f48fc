/** Names separated by blanks; lines that begin with `#` say where they come from. */
export function list(text: string): readonly string[] {
  return text
    .split('\n')
    .filter((line) => !line.trim().startsWith('#'))
    .flatMap((line) => line.split(' '))
    .filter((name) => name !== '')
}
