import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { fillShareTable } from './share-table.ts'
import { repository } from './source-files.ts'

it('docs/vm.md has the table of operations on shares that the test made: npm run docs writes it', () => {
  const page = readFileSync(join(repository, 'docs/vm.md'), 'utf8')
  expect(fillShareTable(page)).toBe(page)
  expect(page.match(/^\| .* \| yes \| \*\*no\*\* \|/gm)?.length).toBeGreaterThan(9)
})
