import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { repository } from './source-files.ts'

/** docs/vm.md with the table that e2e/share-operations.vm.test.ts made. */
export function fillShareTable(page: string): string {
  const table = readFileSync(join(repository, 'e2e/share-operations/table.md'), 'utf8')
  const place = /(<!-- share operations -->\n)[^]*?(<!-- \/share operations -->)/
  if (!place.test(page)) throw new Error('docs/vm.md has no place for the table of operations')
  return page.replace(place, (_, start: string, end: string) => `${start}\n${table}\n${end}`)
}
