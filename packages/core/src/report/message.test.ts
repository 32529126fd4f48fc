import { describe, expect, it } from 'vitest'
import { onlyMessage, parsePlainMessages } from './message.ts'

// The prefix of one message as an expression says it.
const own = /^(?:<\d{1,3}>)?\[ *(?<stamp>\d{1,10}\.\d{6,9})\](?:\[ *(?<caller>[TC]\d+)\])? ?(?<text>.*)/

describe('onlyMessage', () => {
  it.each([
    '[    1.234567] text',
    '[    1.234567]  indented',
    '[1234567890.123456789][T1] text',
    '<6>[    1.234567][   C12] text',
    '<190>[    1.234567]text',
    '[    1.234567][   X12] text',
    '[    1.234567][   T12 ] text',
    '[    1.234567][T] text',
    '[    1.234567]',
    '[    1.234567] a[1] <b>',
  ])('reads %j as the expression does', (line) => {
    const { stamp, caller, text } = own.exec(line)?.groups ?? {}
    expect(onlyMessage(line)).toEqual({ stamp, caller, text, source: 0 })
  })

  it.each([
    '[    1.23456] text',
    '[    1.1234567890] text',
    '[12345678901.123456] text',
    '[.123456] text',
    '[    1.] text',
    '[ x  1.234567] text',
    '[    1.234567 text',
    '<6x>[    1.234567] text',
    '<>[    1.234567] text',
    'text',
    '',
    '[',
    '<',
    // Torn by another one.
    '[    1.234567] te[    1.234568] xt',
  ])('leaves %j to others', (line) => {
    expect(onlyMessage(line)).toBeUndefined()
  })

  it('leaves a torn line in its parts', () => {
    expect(parsePlainMessages('[    1.234567][T1] te[    1.234568][C0] xt').map(({ text, caller }) => [caller, text])).toEqual([
      ['T1', 'te'],
      ['C0', 'xt'],
    ])
  })
})
