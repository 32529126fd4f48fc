/** Names that a file in the form of GITHUB_ENV sets: `NAME=value`, or `NAME<<END`, lines, `END`. What comes first of `=` and `<<` decides. */
export function envFileNames(text: string): readonly string[] {
  const names: string[] = []
  let end: string | undefined
  for (const line of text.split(/\r?\n/)) {
    if (end !== undefined) {
      if (line === end) end = undefined
      continue
    }
    const [, name, mark, rest] = /^(.*?)(=|<<)(.*)$/.exec(line) ?? []
    if (name === undefined || name === '') continue
    names.push(name)
    if (mark === '<<') end = rest
  }
  return names
}
