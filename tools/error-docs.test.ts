import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandWriter, writeMessage } from '@kernelkit/core/errors'
import { errorCodes } from '@kernelkit/core/errors/codes'
import { describe, expect, it } from 'vitest'
import { renderErrorDocs } from './error-docs.ts'
import { repository } from './source-files.ts'

describe('docs/errors.md', () => {
  it('is what `npm run docs` renders from the error codes', () => {
    expect(readFileSync(join(repository, 'docs/errors.md'), 'utf8')).toBe(renderErrorDocs(errorCodes))
  })

  it('explains every code with a meaning and a fix that are sentences', () => {
    const poor = Object.entries(errorCodes).filter(
      ([, entry]) => !entry.meaning.endsWith('.') || !writeMessage(entry.fix, commandWriter).endsWith('.'),
    )
    expect(poor.map(([code]) => code)).toEqual([])
  })
})
