import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { argv } from 'node:process'
import { repository } from './source-files.ts'

/** All files of our packages that an import of `entry` loads, index files and what they re-export included; types and `import()` load nothing. */
export function importClosure(entry: string): readonly string[] {
  const seen = new Set<string>()
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const specifier of listLoaded(readFileSync(file, 'utf8'))) {
      const target = fileOf(file, specifier)
      if (target !== undefined) visit(target)
    }
  }
  visit(join(repository, entry))
  return [...seen].map((file) => relative(repository, file)).toSorted()
}

const statement = /^(?:import|export)\s+(?:([\w$\s,*]*(?:\{[^}]*\})?)\s+from\s+)?'([^']+)'/gm

/** Specifiers of the imports and re-exports of a source that load something. */
export function listLoaded(text: string): readonly string[] {
  return [...text.matchAll(statement)].flatMap(([, what, specifier = '']) => (what !== undefined && isTypes(what) ? [] : [specifier]))
}

/** `type { A }`, `type A`, `{ type A, type B }`. */
function isTypes(what: string): boolean {
  if (/^type\s+(?!from\b|,)/.test(what)) return true
  if (!what.startsWith('{')) return false
  const names = what
    .slice(1, -1)
    .split(',')
    .map((word) => word.trim())
  return names.every((name) => name === '' || name.startsWith('type '))
}

/** The source after a specifier of ours, `undefined` for a module of Node or of another package. */
function fileOf(from: string, specifier: string): string | undefined {
  const [, name, path = ''] = /^@kernelkit\/([^/]+)(?:\/(.+))?$/.exec(specifier) ?? []
  if (name === undefined && !specifier.startsWith('.')) return undefined
  const file = name === undefined ? join(dirname(from), specifier) : join(repository, 'packages', name, 'src', path, 'index.ts')
  if (!existsSync(file)) throw new Error(`${relative(repository, from)} imports '${specifier}', which is not a source file`)
  return file
}

if (import.meta.main) {
  const [entry = 'packages/cli/src/handlers/run.ts'] = argv.slice(2)
  const files = importClosure(entry)
  process.stdout.write(`${files.join('\n')}\n${files.length} files\n`)
}
