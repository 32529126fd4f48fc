/** A section of MAINTAINERS: who looks after which files. */
export interface MaintainersSection {
  readonly title: string
  /** `Name <address>`, of M: lines. */
  readonly maintainers: readonly string[]
  /** Mailing lists, of L: lines. */
  readonly lists: readonly string[]
  readonly files: readonly FilePattern[]
  readonly excluded: readonly FilePattern[]
  /** N: lines, looked for in the path. */
  readonly names: readonly RegExp[]
  /** K: lines, looked for in the text of the file. */
  readonly keywords: readonly RegExp[]
}

interface FilePattern {
  readonly pattern: RegExp
  /** How many levels of the path it names; the deepest one is the nearest. */
  readonly depth: number
  /** Levels of a path that it may match; undefined for a directory and all below it. */
  readonly slashes: number | undefined
}

/** Who looks after a file. */
export interface Owners {
  /** Title of the nearest section. */
  readonly subsystem: string
  /** Of all sections that claim the file, the nearest first. */
  readonly maintainers: readonly string[]
  readonly lists: readonly string[]
}

/** Reads MAINTAINERS of a kernel tree: titles on lines of their own, fields as one letter and a colon. */
export function parseMaintainers(text: string): readonly MaintainersSection[] {
  const sections: MaintainersSection[] = []
  let title = ''
  let fields: (readonly [name: string, value: string])[] = []
  const end = (): void => {
    if (title !== '' && fields.length > 0) sections.push(sectionOf(title, fields))
    fields = []
  }
  for (const line of text.split('\n')) {
    const name = /^([A-Z]):/.exec(line)?.[1]
    const value = name === undefined ? '' : line.slice(2).trim()
    if (name !== undefined && value !== '') fields.push([name, value])
    else if (line.trim() === '') {
      end()
      title = ''
    } else if (/^\S/.test(line)) {
      end()
      title = line.trim()
    }
  }
  end()
  return sections
}

function sectionOf(title: string, fields: readonly (readonly [name: string, value: string])[]): MaintainersSection {
  const values = (name: string): readonly string[] => fields.filter(([field]) => field === name).map(([, value]) => value)
  return {
    title,
    maintainers: values('M').map((value) => value.replaceAll('"', '')),
    lists: values('L').map((value) => value.split(/\s/)[0] ?? value),
    files: values('F').map(filePattern),
    excluded: values('X').map(filePattern),
    names: values('N').flatMap(expression),
    keywords: values('K').flatMap(expression),
  }
}

function globOf(value: string): RegExp {
  const [start = '', ...rest] = value.split('*').map((part) => part.replaceAll(/[.+^${}()|\\]/g, String.raw`\$&`).replaceAll('?', '.'))
  const last = rest.pop()
  // All stars but the last one take as little as they can, once and for all (an atomic group): a path is looked through once.
  const inner = rest.map((part, index) => `(?=(.*?${part}))\\${index + 1}`)
  try {
    return new RegExp(`^${[start, ...inner, ...(last === undefined ? [] : [`.*${last}`])].join('')}`)
  } catch {
    // A bracket that is not closed: no file of the kernel has one.
    return /^(?!)/
  }
}

/** As scripts/get_maintainer.pl reads them: the beginning of a path, `*` and `?` for any letters; a directory ends with a slash. */
function filePattern(value: string): FilePattern {
  const slashes = value.split('/').length - 1
  const isDirectory = value.endsWith('/')
  return {
    pattern: globOf(value),
    depth: value.startsWith('*') ? -1 : isDirectory ? slashes : slashes + 1,
    slashes: isDirectory ? undefined : slashes,
  }
}

// The tree may be another user's, and its expressions are run: those of 6.12 repeat no group, and at most three parts.
const mostRepeats = 3

function expression(value: string): readonly RegExp[] {
  const repeats = value.match(/[*+]|\{\d+,\}/g) ?? []
  if (/\)(?:[*+]|\{)/.test(value) || repeats.length > mostRepeats) return []
  try {
    return [new RegExp(value)]
  } catch {
    // Perl knows more than we do; a section without this line still has its files.
    return []
  }
}

function matches({ pattern, slashes }: FilePattern, path: string): boolean {
  const found = pattern.exec(path)
  if (found === null) return false
  // A directory may lack its slash.
  return slashes === undefined || path.split('/').length - 1 === slashes || path.charAt(found[0].length) === '/'
}

// PATH_MAX is 4096; those of the kernel have at most 100 letters.
const longestPath = 255
// Of a source file: what is longer was generated.
const mostText = 2 ** 20
const longestLine = 300

function searchable(content: string): string {
  const text = content.slice(0, mostText)
  return /[^\n]{301}/.test(text)
    ? text
        .split('\n')
        .filter((line) => line.length <= longestLine)
        .join('\n')
    : text
}

/** Who looks after a file; `content` is what it holds, for the sections that claim files by what is in them. */
export function ownersOf(sections: readonly MaintainersSection[], path: string, content?: string): Owners | undefined {
  if (path.length > longestPath) return undefined
  const text = content === undefined ? undefined : searchable(content)
  const found = sections
    .flatMap((section) => {
      if (section.excluded.some((pattern) => matches(pattern, path))) return []
      const depths = section.files.filter((pattern) => matches(pattern, path)).map(({ depth }) => depth)
      const isNamed = section.names.some((name) => name.test(path))
      const isMeant = text !== undefined && section.keywords.some((keyword) => keyword.test(text))
      if (depths.length === 0 && !isNamed && !isMeant) return []
      return [{ section, depth: depths.reduce((most, depth) => Math.max(most, depth), isNamed ? 0 : -2) }]
    })
    .toSorted((a, b) => b.depth - a.depth)
  const [nearest] = found
  if (nearest === undefined) return undefined
  // "THE REST" claims every file: it counts when nothing else does.
  const near = found.filter(({ depth }) => depth !== -1)
  const claiming = (near.length > 0 ? near : found).map(({ section }) => section)
  return {
    subsystem: claiming[0]?.title ?? nearest.section.title,
    maintainers: [...new Set(claiming.flatMap(({ maintainers }) => maintainers))],
    lists: [...new Set(claiming.flatMap(({ lists }) => lists))],
  }
}
