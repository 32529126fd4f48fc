import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { repository } from './source-files.ts'

it('The tests that SECURITY.md names for its promises exist.', () => {
  const text = readFileSync(join(repository, 'SECURITY.md'), 'utf8')
  const named = [...text.matchAll(/`([\w-]+\/[^`]*\.test\.ts)`/g)].flatMap(([, path]) => path ?? [])
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter((path) => !existsSync(join(repository, path)))).toEqual([])
})

it('Each promise of SECURITY.md names tests that hold it.', () => {
  const text = readFileSync(join(repository, 'SECURITY.md'), 'utf8')
  const [, promises = ''] = /^## Promises.*\n([^]*?)^## /m.exec(text) ?? []
  const paragraphs = promises.split('\n\n').filter((paragraph) => paragraph.startsWith('**'))
  expect(paragraphs.length).toBeGreaterThan(8)
  expect(paragraphs.filter((paragraph) => !/Tests:(?:[^.]|\.(?!\s))*`[\w-]+\/[^`]*\.test\.ts`/.test(paragraph))).toEqual([])
})
