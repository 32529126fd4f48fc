import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fillLibraryPage } from './library-docs.ts'
import { renderLibraryOptions } from './library-options.ts'
import { repository } from './source-files.ts'

const read = (path: string): string => readFileSync(join(repository, path), 'utf8')

it('the options of bootVm are those of the table, each with its text for editors: npm run docs writes them', () => {
  expect(read('packages/vm/src/library/boot-vm-options.ts')).toBe(renderLibraryOptions())
})

describe('docs/library.md', () => {
  const page = read('docs/library.md')

  it('has the tables of options and members: npm run docs writes them', () => {
    expect(fillLibraryPage(page)).toBe(page)
  })

  it('names everything that the entry of the library exports', () => {
    const names = [...read('packages/vm/src/index.ts').matchAll(/^export (?:type )?\{([^}]*)\}/gm)].flatMap(([, list = '']) =>
      list.split(',').flatMap((name) => (name.trim() === '' ? [] : [name.trim()])),
    )
    expect(names).toEqual(expect.arrayContaining(['bootVm', 'BootedVm', 'UserError']))
    // Types of what a table shows are headings or types of its members.
    expect(names.filter((name) => !new RegExp(String.raw`\b${name}\b`).test(page))).toEqual([])
  })

  it('names every kind of event', () => {
    const source = `${read('packages/vm/src/vm.ts')}${read('packages/vm/src/library/with-reports.ts')}`
    const kinds = [...source.matchAll(/readonly type: '([\w-]+)'/g)].map(([, kind]) => kind)
    expect(kinds.length).toBeGreaterThan(7)
    expect(kinds.filter((kind) => !page.includes(`| \`${kind}\` |`))).toEqual([])
  })
})
