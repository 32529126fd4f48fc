import { describe, expect, it } from 'vitest'
import { readConsole } from '../../test/run-facts.ts'
import { allowDocument, parseAllowList, renderAllowUse, useOfAllowList } from './allow-list.ts'
import { failingKinds } from './kinds.ts'
import { failingReports } from './verdict.ts'

const list = (...lines: readonly string[]) =>
  parseAllowList(lines.join('\n'), 'known').map(({ line, text, reason }) => [line, text, reason])

describe('parseAllowList', () => {
  it('takes an expression and its reason from each line', () => {
    expect(list('foo\\.c:12  # since 6.9, see the list', '', 'BUG: .* in bar  #seen once', 'plain\r')).toEqual([
      [1, 'foo\\.c:12', 'since 6.9, see the list'],
      [3, 'BUG: .* in bar', 'seen once'],
      [4, 'plain', undefined],
    ])
  })

  it('takes a comment for the reason of the lines right below it', () => {
    expect(
      list('# a board', '# without a clock', 'one', 'two  # its own', '# another', 'three', '', 'four', '# about nothing', '', 'five'),
    ).toEqual([
      [3, 'one', 'a board without a clock'],
      [4, 'two', 'its own'],
      [6, 'three', 'another'],
      [8, 'four', undefined],
      [11, 'five', undefined],
    ])
  })

  it('lets a # be part of an expression', () => {
    expect(list('CPU#1', 'a \\# b  # c').map(([, source]) => source)).toEqual(['CPU#1', 'a \\# b'])
    expect(parseAllowList('a \\# b', 'known').some(({ pattern }) => pattern.test('a # b'))).toBe(true)
  })

  it('names the line that is not an expression', () => {
    expect(() => list('fine', 'foo(  # why')).toThrow("known:2: 'foo(' is not a regular expression")
  })
})

describe('the use of a list', () => {
  const warning = (place: string) => [`WARNING: CPU: 0 PID: 1 at ${place} foo+0x1/0x2`, '---[ end trace 0 ]---']
  const { reports } = readConsole(...warning('fs/a.c:1'), ...warning('fs/a.c:1'), ...warning('fs/b.c:2'))
  const entries = parseAllowList('fs/a\\.c  # known\nnever\n', 'known')

  it('lets through what it matches, and counts it', () => {
    const failing = failingReports(reports, { failOn: failingKinds, allowed: entries })
    expect(failing.map(({ headline }) => headline)).toEqual([expect.stringContaining('fs/b.c:2')])
    const uses = useOfAllowList(entries, reports)
    expect(renderAllowUse(uses)).toEqual(['known:1 allowed 2 reports (known): fs/a\\.c', 'known:2 allowed nothing: never'])
    expect(allowDocument(uses)).toEqual([
      { file: 'known', line: 1, pattern: 'fs/a\\.c', reason: 'known', matched: 2 },
      { file: 'known', line: 2, pattern: 'never', reason: null, matched: 0 },
    ])
  })
})
