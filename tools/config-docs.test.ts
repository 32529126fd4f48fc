import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderConfigDocs } from './config-docs.ts'
import { repository } from './source-files.ts'

describe('docs/config.md', () => {
  it('is what `npm run docs` renders from the presets', () => {
    expect(readFileSync(join(repository, 'docs/config.md'), 'utf8')).toBe(renderConfigDocs())
  })
})
