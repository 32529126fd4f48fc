import { describe, expect, it } from 'vitest'
import { createKtapReader } from '../ktap/index.ts'
import { readConsole, runFacts } from '../../test/run-facts.ts'
import type { RunFacts } from './judgement.ts'
import { writeFor } from '../options/write-error.ts'
import { failingKinds } from './kinds.ts'
import { failingReports, judge } from './verdict.ts'

const ktap = (...lines: readonly string[]) => {
  const reader = createKtapReader({ prefixed: true, versionless: false })
  for (const line of lines) reader.read(line)
  return reader.finish()
}

const kernel = (...lines: readonly string[]) => {
  const stamped = lines.map((line, index) => `[    1.00000${index % 10}] ${line}`)
  return { console: readConsole(...stamped), kunit: ktap(...stamped) }
}

const judged = (change: Partial<RunFacts>) => {
  const { verdict, exitCode, what, hint } = judge(runFacts(change))
  return { verdict, exitCode, said: `${what} ${writeFor(hint ?? '', { door: 'command' })}` }
}

const zero = { exitCode: 0, signal: undefined }

describe('a command with results', () => {
  it.each<[string, Partial<RunFacts>, string, number, RegExp]>([
    ['results that all passed', { command: zero, results: ktap('TAP version 13', '1..1', 'ok 1 a') }, 'pass', 0, /1 test: 1 passed/],
    [
      'a failed test and exit status 0',
      { command: zero, results: ktap('TAP version 13', '1..1', 'not ok 1 a') },
      'fail',
      1,
      /exited with status 0, but.*1 failed \(a\)/,
    ],
    [
      'an unfinished plan and exit status 0',
      { command: zero, results: ktap('KTAP version 1', '1..2', 'ok 1 a') },
      'fail',
      1,
      /test 2, never reported/,
    ],
    [
      'a bail out and exit status 0',
      { command: zero, results: ktap('TAP version 13', 'ok 1 a', 'Bail out! x') },
      'fail',
      1,
      /bailed out: x/,
    ],
    [
      'a command by its own exit status first',
      { command: { ...zero, exitCode: 3 }, results: ktap('TAP version 13', '1..1', 'not ok 1 a') },
      'fail',
      3,
      /exited with status 3\. Its results: 1 test: 1 failed/,
    ],
    [
      'a missing stream that was asked for, of a guest that ends as expected',
      { expect: 'poweroff', qemu: { exitCode: 0, signal: undefined, stderr: '' }, shutdown: 'guest-shutdown', results: ktap('hello') },
      'fail',
      1,
      /no TAP or KTAP version line/,
    ],
    ['a missing stream that was asked for', { command: zero, results: ktap('hello') }, 'fail', 1, /no TAP or KTAP version line.*--format/],
    [
      'a skipping kselftest',
      { command: { ...zero, exitCode: 4 }, results: ktap('TAP version 13', '1..0 # SKIP no device') },
      'fail',
      4,
      /kselftest that skips/,
    ],
    ['an empty plan', { command: zero, results: ktap('TAP version 13', '1..0') }, 'fail', 1, /no tests ran/],
  ])('judges %s', (_title, change, verdict, exitCode, said) => {
    const result = judged(change)
    expect(result).toMatchObject({ verdict, exitCode })
    expect(result.said).toMatch(said)
  })
})

const warning = 'WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2'
const end = '---[ end trace 0000000000000000 ]---'
const suite = (result: string) => [
  'KTAP version 1',
  '1..1',
  '    KTAP version 1',
  '    # Subtest: s',
  '    1..1',
  warning,
  end,
  `    ${result} 1 a`,
  `${result} 1 s`,
]

describe('KUnit', () => {
  it('passes with a report inside a test that passed', () => {
    expect(judged(kernel(...suite('ok')))).toMatchObject({ verdict: 'pass', exitCode: 0 })
  })

  it('is fail for a test that did not pass, and mentions its report', () => {
    const { verdict, exitCode, said } = judged(kernel(...suite('not ok')))
    expect({ verdict, exitCode }).toEqual({ verdict: 'fail', exitCode: 1 })
    expect(said).toMatch(/KUnit: 1 test: 1 failed \(s\.a\).*WARNING/)
  })

  it('is splat for a report before or after the tests', () => {
    expect(judged(kernel(warning, end, ...suite('ok')))).toMatchObject({ verdict: 'splat', exitCode: 122 })
    expect(judged(kernel(...suite('ok'), warning, end)).said).toMatch(/outside of its tests.*foo/)
  })

  it('excuses a report inside its passed tests, and no other one', () => {
    const failing = (...lines: readonly string[]) => runFacts(kernel(...lines)).failing.length
    expect([failing(...suite('ok')), failing(...suite('not ok')), failing(warning, end, ...suite('ok'))]).toEqual([0, 1, 1])
  })

  it('excuses nothing by lines that a program may have written to /dev/kmsg', () => {
    const { console: seen, kunit: results } = kernel(...suite('ok'))
    const failing = (ownLines: number) =>
      failingReports(seen.reports, { failOn: failingKinds, allowed: [], kunit: { results, ownLines } }).length
    // The report is on lines 6 and 7, the result of its test on line 8.
    expect([0, 5, 7, 8, 9].map(failing)).toEqual([1, 1, 1, 0, 0])
  })

  it('says how far it came when the kernel panics, the limit is reached or nothing comes any more', () => {
    const cut = kernel('KTAP version 1', '1..1', '    KTAP version 1', '    # Subtest: s', '    1..2', '    ok 1 a')
    expect(judged({ ...kernel('KTAP version 1', '1..1', 'Kernel panic - not syncing: boom'), ready: false })).toMatchObject({
      verdict: 'panic',
    })
    const late = judged({ ...cut, ready: false, limit: { kind: 'command', ms: 1000 } })
    expect(late).toMatchObject({ verdict: 'timeout', exitCode: 124 })
    expect(late.said).toMatch(/KUnit did not end within 1 s\. KUnit until then: 2 tests: 1 passed, 1 crashed/)
    expect(judged({ ...cut, ready: false, silentMs: 330_000 })).toMatchObject({ verdict: 'hang', exitCode: 123 })
  })

  it('is fail when the kernel has no tests', () => {
    const { verdict, said } = judged(kernel('Run /init as init process'))
    expect(verdict).toBe('fail')
    expect(said).toMatch(/built in/)
  })
})
