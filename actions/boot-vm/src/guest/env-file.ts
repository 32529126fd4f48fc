/** A variable as a step sets it for the steps after it. */
export interface EnvEntry {
  readonly name: string
  readonly value: string
}

/** What a file in the form of GITHUB_ENV sets: `NAME=value`, or `NAME<<END`, lines, `END`. What comes first of `=` and `<<` decides; an entry without its end is left out. */
export function readEnvFile(text: string): readonly EnvEntry[] {
  const entries: EnvEntry[] = []
  let open: { readonly name: string; readonly end: string; readonly lines: string[] } | undefined
  for (const line of text.split(/\r?\n/)) {
    if (open !== undefined) {
      if (line !== open.end) open.lines.push(line)
      else {
        entries.push({ name: open.name, value: open.lines.join('\n') })
        open = undefined
      }
      continue
    }
    const [, name, mark, rest = ''] = /^(.*?)(=|<<)(.*)$/.exec(line) ?? []
    if (name === undefined || name === '') continue
    if (mark === '<<') open = { name, end: rest, lines: [] }
    else entries.push({ name, value: rest })
  }
  return entries
}

/** The same as the runner reads it: no value can end its entry, as `end` is a word that no guest knows. */
export function writeEnvFile(entries: readonly EnvEntry[], end: string): string {
  return entries.map(({ name, value }) => `${name}<<${end}\n${value}\n${end}\n`).join('')
}
