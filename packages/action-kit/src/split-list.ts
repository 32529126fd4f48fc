/** One item a line; blank lines and lines that start with `#` are left out. */
export function splitLines(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
}

/** As {@link splitLines}, and each line at blanks and commas outside double quotes; `#` at the start of a word begins a comment. */
export function splitWords(text: string): readonly string[] {
  return splitLines(text).flatMap((line) => {
    const words = line.match(/(?:"[^"]*"|[^\s,"]|"(?=[^"]*$))+/g) ?? []
    const comment = words.findIndex((word) => word.startsWith('#'))
    return comment < 0 ? words : words.slice(0, comment)
  })
}
