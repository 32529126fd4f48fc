/** Preprocessor variables that paths and expressions use, such as SRCARCH. */
export type KconfigVariables = Readonly<Record<string, string>>

/** A logical line: continuation joined, help text dropped. */
export interface KconfigLine {
  readonly number: number
  readonly keyword: string
  /** What follows the keyword, trimmed, variables replaced. */
  readonly rest: string
}

const keywordPattern = /^[ \t]*([a-z_-]+)\b[ \t]*(.*)$/

/** The statements of one Kconfig file (Documentation/kbuild/kconfig-language.rst). */
export function kconfigLines(text: string, variables: KconfigVariables): readonly KconfigLine[] {
  const raw = text.split('\n')
  const lines: KconfigLine[] = []
  for (let index = 0; index < raw.length; index++) {
    let line = raw[index] ?? ''
    const number = index + 1
    while (line.endsWith('\\') && index + 1 < raw.length) line = `${line.slice(0, -1)} ${raw[++index] ?? ''}`
    const match = keywordPattern.exec(line)
    if (match?.[1] === undefined) continue
    const keyword = match[1].replaceAll('-', '')
    if (keyword === 'help') index = helpEnd(raw, index)
    else lines.push({ number, keyword, rest: expandVariables(match[2] ?? '', variables) })
  }
  return lines
}

/** Index of the last line of the help text that starts below `index`: it ends where the indentation gets smaller. */
function helpEnd(raw: readonly string[], index: number): number {
  let indent: number | undefined
  let last = index
  for (let at = index + 1; at < raw.length; at++) {
    const line = raw[at] ?? ''
    if (line.trim() === '') continue
    const own = indentOf(line)
    indent ??= own
    if (own < indent || own === 0) return last
    last = at
  }
  return last
}

function indentOf(line: string): number {
  let column = 0
  for (const character of line) {
    if (character === ' ') column += 1
    else if (character === '\t') column = (column & ~7) + 8
    else break
  }
  return column
}

function expandVariables(text: string, variables: KconfigVariables): string {
  return text.includes('$(') ? text.replaceAll(/\$\(([A-Za-z_][\w-]*)\)/g, (whole, name: string) => variables[name] ?? whole) : text
}

/** Files that a Kconfig file sources, so that a loader can fetch them before the tree is parsed. */
export function sourcedFiles(text: string, options: { readonly path: string; readonly variables: KconfigVariables }): readonly string[] {
  const paths: string[] = []
  for (const match of text.matchAll(/^[ \t]*(o?r?source)[ \t]+"([^"\n]+)"/gm)) {
    if (match[1] !== undefined && match[2] !== undefined)
      paths.push(sourcePath({ keyword: match[1], path: expandVariables(match[2], options.variables), from: options.path }))
  }
  return paths
}

/** `rsource` is relative to the file, `source` to the tree. */
export function sourcePath(options: { readonly keyword: string; readonly path: string; readonly from: string }): string {
  if (!options.keyword.includes('rsource')) return options.path
  const directory = options.from.includes('/') ? options.from.slice(0, options.from.lastIndexOf('/') + 1) : ''
  return directory + options.path
}
