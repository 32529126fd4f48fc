import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { printable } from '../text/index.ts'
import { quoteArgv } from './index.ts'

describe('quoteArgv', () => {
  it('quotes what a shell would act on', () => {
    expect(quoteArgv(['a', 'b c', "it's", '', '$x', 'a=b'])).toBe(`a 'b c' 'it'\\''s' '' '$x' a=b`)
  })

  it.each(['\u001B]0;owned\u0007', 'a\r\n\u009B2J\n', '\u202Egpj.exe', "'\u001B'\u007F", '\u2028\n'])(
    'writes %j as text that a terminal does not act on, and a shell reads back',
    (word) => {
      const quoted = quoteArgv(['a', word])
      expect(printable(quoted)).toBe(quoted)
      expect(execFileSync('sh', ['-c', `printf '%s;' ${quoted}`], { encoding: 'utf8' })).toBe(`a;${word};`)
    },
  )
})
