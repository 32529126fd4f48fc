import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { argv } from 'node:process'
import { repository } from './source-files.ts'

/**
 * `by-name`: an index file that only re-exports leads to the files of the names that are asked for, as it does for a reader and in a bundle.
 * `whole`: to all of them.
 */
export type IndexReading = 'by-name' | 'whole'

/** Files of our packages that an import of `entry` loads, index files that only re-export apart; types and `import()` load nothing. */
export function importClosure(entry: string, reading: IndexReading = 'by-name'): readonly string[] {
  const seen = new Set<string>()
  const indexes = new Set<string>()
  const visit = (file: string, asked: readonly string[] | undefined): void => {
    const text = readFileSync(file, 'utf8')
    if (isIndex(file, text)) {
      indexes.add(file)
      if (reading === 'by-name' && asked !== undefined) return followNames(file, text, asked)
    }
    if (seen.has(file)) return
    seen.add(file)
    for (const { specifier, kind, names } of listStatements(text)) {
      const target = fileOf(file, specifier)
      if (target !== undefined) visit(target, kind === 'import' ? names?.map(({ from }) => from) : undefined)
    }
  }
  const followNames = (file: string, text: string, asked: readonly string[]): void => {
    for (const { specifier, names } of listStatements(text)) {
      const target = fileOf(file, specifier)
      const wanted = names === undefined ? asked : names.filter(({ as }) => asked.includes(as)).map(({ from }) => from)
      if (target !== undefined && wanted.length > 0) visit(target, wanted)
    }
  }
  visit(join(repository, entry), undefined)
  return [...seen]
    .filter((file) => reading === 'whole' || !indexes.has(file))
    .map((file) => relative(repository, file))
    .toSorted()
}

interface Statement {
  readonly kind: 'import' | 'export'
  readonly specifier: string
  /** Absent: everything. */
  readonly names: readonly { readonly from: string; readonly as: string }[] | undefined
}

const statement = /^(import|export)\s+(?:(\*(?:\s+as\s+\w+)?|\{[^}]*\}|[\w$]+)\s+from\s+)?'([^']+)'/gm

/** Imports and re-exports of a source that load something. */
function listStatements(text: string): readonly Statement[] {
  return [...text.matchAll(statement)].flatMap(([, kind, what, specifier = '']) => {
    const names = what?.startsWith('{') === true ? valuesOf(what) : undefined
    if (names?.length === 0) return []
    return [{ kind: kind === 'import' ? 'import' : 'export', specifier, names }]
  })
}

function valuesOf(braces: string): NonNullable<Statement['names']> {
  return braces
    .slice(1, -1)
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '' && !word.startsWith('type '))
    .map((word) => {
      const [from = '', as = from] = word.split(/\s+as\s+/)
      return { from, as }
    })
}

function isIndex(file: string, text: string): boolean {
  if (!file.endsWith('/index.ts')) return false
  const code = text.replaceAll(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '').replaceAll(/^export\s+type\s+\{[^}]*\}\s+from\s+'[^']+'/gm, '')
  return code.replaceAll(statement, '').trim() === ''
}

/** The source after a specifier of ours. */
function fileOf(from: string, specifier: string): string | undefined {
  const [, name, path = ''] = /^@kernelkit\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? []
  const file = name === undefined ? join(dirname(from), specifier) : join(repository, 'packages', name, 'src', path, 'index.ts')
  return (name !== undefined || specifier.startsWith('.')) && file.endsWith('.ts') && existsSync(file) ? file : undefined
}

if (import.meta.main) {
  const [entry = 'packages/cli/src/handlers/run.ts'] = argv.slice(2)
  const files = importClosure(entry)
  process.stdout.write(
    `${files.join('\n')}\n${files.length} files, ${importClosure(entry, 'whole').length} with all that index files name\n`,
  )
}
