import { describe, expect, it } from 'vitest'
import { badTests, createKtapReader, describeResults, failurePlace, pathName, renderResults, testAtLine } from './index.ts'

const read = (text: string) => {
  const reader = createKtapReader({ prefixed: true, versionless: false })
  for (const line of text.split('\n')) reader.read(line)
  return reader.finish()
}

const nested = read(`KTAP version 1
1..2
  KTAP version 1
  # Subtest: one
  1..2
  # a: EXPECTATION FAILED at lib/a-test.c:30
  Expected x == y, but
  not ok 1 a
  ok 2 b
not ok 1 one
not ok 2 two # exit=3`)

describe('results for people', () => {
  it('name the innermost failures', () => {
    expect(badTests(nested.tests).map(pathName)).toEqual(['one.a', 'two'])
    expect(describeResults(nested)).toBe('3 tests: 1 passed, 2 failed (one.a, two)')
  })

  it('show each failure with its place, reason and diagnostics', () => {
    expect(renderResults(nested)).toEqual([
      'not ok one.a at lib/a-test.c:30',
      '    # a: EXPECTATION FAILED at lib/a-test.c:30',
      '    Expected x == y, but',
      'not ok two # exit=3',
      '3 tests: 1 passed, 2 failed (one.a, two)',
    ])
    expect(renderResults(nested, { failures: 1, lines: 1 })).toEqual([
      'not ok one.a at lib/a-test.c:30',
      '    … 1 lines before',
      '    Expected x == y, but',
      '… 1 more failures',
      '3 tests: 1 passed, 2 failed (one.a, two)',
    ])
  })

  it('say what is wrong with a stream', () => {
    expect(describeResults(read(''))).toBe('there is no TAP or KTAP version line')
    expect(describeResults(read('TAP version 13\n1..0'))).toBe('no tests ran')
    expect(describeResults(read('TAP version 13\n1..2\nok 1 a'))).toBe('2 tests: 1 passed, 1 crashed ((test 2, never reported))')
    expect(describeResults(read('TAP version 13\nok 1 a\nBail out! no disk'))).toBe('1 test: 1 passed; bailed out: no disk')
    expect(describeResults(read('TAP version 13\n1..1\nok 1 a\nok 2 b'))).toBe('2 tests: 2 passed; number 2 is not in the plan of 1')
  })
})

describe('the test of a line', () => {
  it('is the innermost one whose lines hold it', () => {
    const at = (line: number) => {
      const found = testAtLine(nested.tests, line)
      return found === undefined ? undefined : pathName(found)
    }
    expect([1, 3, 7, 9, 10, 11, 12].map(at)).toEqual([undefined, 'one', 'one.a', 'one.b', 'one', 'two', undefined])
  })
})

describe('the place of a failure', () => {
  it.each([
    [
      ['# x: ASSERTION FAILED at fs/ext4/inode-test.c:12', '    Expected'],
      { source: 'fs/ext4/inode-test.c', line: 12, message: 'Expected' },
    ],
    [['# foo.c:33:bar:Expected 1 (1) == a (2)'], { source: 'foo.c', line: 33, message: 'Expected 1 (1) == a (2)' }],
    [['# RUN foo.c:33', 'something else'], undefined],
  ])('%j', (lines, expected) => expect(failurePlace(lines)).toEqual(expected))
})
