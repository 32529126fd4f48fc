import { describe, expect, it } from 'vitest'
import { errorCodes } from './codes/index.ts'
import { commandWriter, writeMessage } from './message.ts'
import { UserError, renderUserError } from './user-error.ts'

describe('UserError', () => {
  it('is a failure of the host unless it says otherwise', () => {
    const error = new UserError('BAD_SIZE', "size 'x' is not a size.")
    expect([error.verdict, error.hint, error.details, error.name]).toEqual(['infra-fail', undefined, {}, 'UserError'])
    expect(error).toBeInstanceOf(Error)
    expect('cause' in error).toBe(false)
  })

  it('keeps cause, hint, verdict and details', () => {
    const cause = new Error('below')
    const error = new UserError('BAD_SIZE', 'm', { hint: 'h', verdict: 'config-fail', details: { seen: 'x' }, cause })
    expect([error.cause, error.hint, error.verdict, error.details]).toEqual([cause, 'h', 'config-fail', { seen: 'x' }])
  })

  it('is shown as code, message and hint', () => {
    expect(renderUserError(new UserError('BAD_SIZE', 'not a size.', { hint: 'write 4G.' }))).toBe('BAD_SIZE: not a size.\nHint: write 4G.')
    expect(renderUserError(new UserError('BAD_SIZE', 'not a size.'))).toBe('BAD_SIZE: not a size.')
  })
})

describe('the codes', () => {
  it.each(Object.entries(errorCodes))('%s has a name, a meaning and a fix in whole sentences', (code, { meaning, fix }) => {
    expect(code).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/)
    expect(meaning).toMatch(/\S.*\.$/s)
    expect(writeMessage(fix, commandWriter)).toMatch(/\S.*\.$/s)
  })
})
