import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderExamples } from './examples.ts'
import { fillRepository } from './release/fill-repository.ts'
import { repository } from './source-files.ts'

describe.each(await renderExamples())('$path', ({ path, text }) => {
  it('is what `npm run docs` renders, as `kernelkit init` writes it', () => {
    expect(readFileSync(join(repository, path), 'utf8')).toBe(text)
  })
})

describe('the repository that init names', () => {
  const text = readFileSync(join(repository, 'packages/core/src/init/actions-repository.ts'), 'utf8')

  it('is a placeholder here, and that of a release in its packages', () => {
    expect(text).toContain("'OWNER/kernelkit'")
    const filled = fillRepository(text, 'someone/kernelkit')
    expect(filled).toContain("= 'someone/kernelkit'")
    expect(fillRepository(filled, 'someone/kernelkit')).toBe(filled)
  })

  it.each([undefined, '', 'a', "a/b'c"])('refuses %j', (name) => {
    expect(() => fillRepository(text, name)).toThrow('GITHUB_REPOSITORY')
  })
})
