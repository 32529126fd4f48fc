import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './source-files.ts'

/** An example of a page, and what the page says that it prints. */
export interface PageExample {
  readonly language: string
  readonly code: string
  readonly output: string
}

/** The one example of a package: the first block of code and the first block of output of `packages/NAME/README.md`. */
export function readExample(name: string): PageExample {
  return firstOf(join('packages', name, 'README.md'))
}

/** The examples of docs/library.md: programs, each followed by what it prints. */
export function readLibraryExamples(): readonly PageExample[] {
  return readExamples('docs/library.md').filter(({ language }) => language === 'ts')
}

function firstOf(page: string): PageExample {
  const [first] = readExamples(page)
  if (first === undefined) throw new Error(`${page} has no block of code that is followed by a block of output`)
  return first
}

/** Each block of code with the next block of output. */
function readExamples(page: string): readonly PageExample[] {
  const text = readFileSync(join(repository, page), 'utf8')
  const blocks = [...text.matchAll(/^```(\w*)\n([^]*?)^```$/gm)].map(([, language = '', code = '']) => ({ language, code }))
  return blocks.flatMap(({ language, code }, index) => {
    const output = blocks.slice(index + 1).find((block) => block.language === '')
    return language === '' || output === undefined ? [] : [{ language, code, output: output.code }]
  })
}
