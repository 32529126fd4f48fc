import { expect, it } from 'vitest'
import { importClosure, listLoaded } from './import-closure.ts'

it('the handler of `run` needs at most 200 files, index files included', () => {
  const files = importClosure('packages/cli/src/handlers/run.ts')
  // What every run does is among them, what few do is not.
  expect(files).toEqual(
    expect.arrayContaining([
      'packages/core/src/errors/index.ts',
      'packages/core/src/console/verdict.ts',
      'packages/vm/src/internal/index.ts',
      'packages/vm/src/session/session.ts',
    ]),
  )
  expect(files.filter((file) => /\/(?:library|terminal|symbolise|dockerode|kconfig|kbuild|codes|apt|junit)\//.test(file))).toEqual([])
  expect(files.length).toBeLessThanOrEqual(200)
})

it('the import closure leaves out types and import(), and nothing else', () => {
  const text = [
    "import 'effect'",
    "import { a, type B } from 'names'",
    'import {',
    '  c,',
    "} from 'lines'",
    "import * as d from 'all'",
    "import e from 'default'",
    "import f, { g } from 'both'",
    "export { h } from 'again'",
    "export * from 'everything'",
    "import type { I } from 'types'",
    "import { type J, type K } from 'only-types'",
    "export type { L } from 'types-again'",
    "import type M from 'default-type'",
    "const n = await import('later')",
  ].join('\n')
  expect(listLoaded(text)).toEqual(['effect', 'names', 'lines', 'all', 'default', 'both', 'again', 'everything'])
})
