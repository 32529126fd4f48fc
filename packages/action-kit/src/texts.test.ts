import { describe, expect, it } from 'vitest'
import { UserError, message, option } from '@kernelkit/core/errors'
import { describeFailure } from './failure.ts'
import { escapeCell, joinSummary, renderTable } from './summary.ts'

describe('the summary', () => {
  it('holds no control character', () => {
    expect(joinSummary(['a\u001B]52;c;eA==\u0007'])).toBe(`${String.raw`a\x1b]52;c;eA==\x07`}\n`)
  })

  it('shows text of others as text', () => {
    expect(escapeCell('a|b <img src=x> @me [x](y)\n`c`')).toBe(String.raw`a\|b &lt;img src=x&gt; \@me \[x\]\(y\)<br>\`c\``)
    expect(renderTable(['a', 'b'], [['1', '2|3']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2\\|3 |')
  })

  it('is shortened at a line where GitHub would drop it', () => {
    const text = joinSummary(['# Head', 'line of text ☃\n'.repeat(100_000)])
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(2 ** 20)
    expect(text).toMatch(/\nline of text ☃\n\n\(shortened: the rest is in the log\)\n$/)
    expect(joinSummary(['# Head\n', 'text'])).toBe('# Head\n\ntext\n')
  })
})

describe('describeFailure', () => {
  const reader = { door: 'action' } as const

  it('names options as the inputs that they are', () => {
    const error = new UserError('BAD_SSH_KEY', message`${option('ssh-key')} 'a' is missing.`, {
      hint: message`Write ${option('ssh-key', 'a.pub')}; ${option('stdin')} is not an input.`,
    })
    expect(describeFailure(error, { reader, interrupted: undefined })).toEqual({
      title: 'BAD_SSH_KEY',
      message: "the input `ssh-key` 'a' is missing.\nHint: Write `ssh-key: a.pub`; --stdin is not an input.",
      details: undefined,
    })
  })

  it('calls an unexpected error a bug, with its causes', () => {
    const failure = describeFailure(new Error('above', { cause: new TypeError('below') }), { reader, interrupted: undefined })
    expect(failure.title).toBe('INTERNAL')
    expect(failure.details).toMatch(/^Error: above[^]*\nCaused by: TypeError: below/)
  })

  it('says that a step was cancelled, whatever its work threw', () => {
    expect(describeFailure(new Error('x'), { reader, interrupted: 'SIGINT' })).toMatchObject({ title: 'INTERRUPTED' })
  })
})
