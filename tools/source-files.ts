import { readFileSync, readdirSync } from 'node:fs'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The directory of the repository. */
export const repository = fileURLToPath(new URL('..', import.meta.url))

/** Directories below packages/ whose package goes to the registry. */
export function listPublishedPackages(): readonly string[] {
  return readdirSync(join(repository, 'packages'))
    .filter((name) => {
      const manifest = JSON.parse(readFileSync(join(repository, 'packages', name, 'package.json'), 'utf8')) as { private?: boolean }
      return manifest.private !== true
    })
    .toSorted()
}

export interface SourceFile {
  /** Relative to the repository. */
  readonly path: string
  readonly text: string
}

/** TypeScript sources of a package or an action, tests apart. */
export function listSources(name: string, group: 'packages' | 'actions' = 'packages'): readonly SourceFile[] {
  const directory = join(repository, group, name, 'src')
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.test.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name)
      return { path: relative(repository, path), text: readFileSync(path, 'utf8') }
    })
}

export interface Import {
  readonly specifier: string
  /** `import type`: erased, so no effect can come of it. */
  readonly typeOnly: boolean
}

/** Static and dynamic imports and re-exports of a source text. */
export function listImports(text: string): readonly Import[] {
  const statements = text.matchAll(/^\s*(?:import|export)\s+(type\s+)?(?:[\w*{}\s,$]+?\s+from\s+)?'([^']+)'/gm)
  const dynamic = text.matchAll(/\bimport\(\s*'([^']+)'\s*\)/g)
  return [
    ...[...statements].map((match) => ({ specifier: match[2] ?? '', typeOnly: match[1] !== undefined })),
    ...[...dynamic].map((match) => ({ specifier: match[1] ?? '', typeOnly: false })),
  ]
}

/** The text without comments and without the content of quoted strings: what is left is code. */
export function withoutCommentsAndStrings(text: string): string {
  return withoutLineComments(withoutBlockComments(text).replaceAll(/'(?:[^'\\\n]|\\.)*'/g, "''"))
}

/** The text without comments. */
export function withoutComments(text: string): string {
  return withoutLineComments(withoutBlockComments(text))
}

function withoutBlockComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, '')
}

function withoutLineComments(text: string): string {
  return text.replaceAll(/(^|[^:])\/\/.*$/gm, '$1')
}
