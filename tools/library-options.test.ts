import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { renderLibraryOptions } from './library-options.ts'
import { repository } from './source-files.ts'

it('the options of bootVm are those of the table, each with its text for editors: npm run docs writes them', () => {
  const path = join(repository, 'packages/vm/src/library/boot-vm-options.ts')
  expect(readFileSync(path, 'utf8')).toBe(renderLibraryOptions())
})
