import { describe, expect, it } from 'vitest'
import { prefixPattern } from './prefix-pattern.ts'

describe('prefixPattern', () => {
  it.each([
    ['[   12.345678] [   T77] ', '[   99.000001] [    C0] foo', 24, 'C0'],
    ['Jan  2 03:04:05 host kernel: ', 'Feb 12 13:14:15 host kernel:  indented', 29, undefined],
    ['2026-01-02T03:04:05.123456+01:00 web-1 | ', '2026-01-03T13:14:15.654321+01:00 web-1 | x', 41, undefined],
    ['<6>[    1.234567] [0: swapper/0:    1] ', '<4>[    9.999999] [3: kworker/3:1:  512] x', 41, undefined],
    ['<6>[    1.234567] [0:      cat:    1] ', '<4>[    9.999999] [3:    dmesg:  512] x', 38, 'dmesg:512'],
    ['6,1,2,-,caller=T1;', '4,99,100,c,caller=C3;text', 21, 'C3'],
    ['6,1,2,-;', '4,99,100,-;text', 11, undefined],
    ['  # ', ' # text', 3, undefined],
    ['I 7 ', 'W 12 text', 5, undefined],
  ])('finds the prefix that was learned from %j in %j', (learned, line, width, caller) => {
    expect(prefixPattern(learned).match(line)).toEqual({ width, caller })
  })

  it.each([
    ['[   12.345678] [   T77] ', '[   12.345678]    T77] foo'],
    ['[   12.345678] ', `[${'x'.repeat(101)}] foo`],
    ['Jan  2 03:04:05 host kernel: ', 'Jan  2 03:04:05 other kernel: foo'],
    ['6,1,2,-;', `6,1,2,${'-'.repeat(101)};`],
    ['# ', 'foo'],
    ['I 7 ', 'i 7 '],
    ['# 1) ', ''],
    ['host1 ', 'not ok 1 a'],
  ])('finds that learned from %j not in %j', (learned, line) => {
    expect(prefixPattern(learned).match(line)).toBeUndefined()
  })

  it('takes no time of day between brackets for a caller', () => {
    expect(prefixPattern('[12:34:56] ').match('[23:59:59] foo')).toEqual({ width: 11, caller: undefined })
  })

  it('has one key for prefixes that differ in numbers, times and tasks only', () => {
    const [a, b, c] = ['Jan  2 03:04:05 a1 [T1] ', 'Dec 31 23:59:59 b22 [C0] ', 'Dec 31 23:59:59 b22: [C0] '].map(
      (text) => prefixPattern(text).key,
    )
    expect(b).toBe(a)
    expect(c).not.toBe(a)
  })
})
