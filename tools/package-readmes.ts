import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './source-files.ts'

/** The one example of a package's README, and what the page says that it prints. */
export interface ReadmeExample {
  readonly language: string
  readonly code: string
  readonly output: string
}

/** The first block of code and the first block of output of `packages/NAME/README.md`. */
export function readExample(name: string): ReadmeExample {
  const path = join(repository, 'packages', name, 'README.md')
  const match = /^```(\w+)\n([^]*?)^```$[^]*?^```\n([^]*?)^```$/m.exec(readFileSync(path, 'utf8'))
  if (match === null) throw new Error(`${path} has no block of code that is followed by a block of output`)
  const [, language = '', code = '', output = ''] = match
  return { language, code, output }
}
