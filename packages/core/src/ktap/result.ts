/** `todo` and `xfail` are failures that the test itself expects; `crashed` never reported; `no-tests` is a suite without any. */
export type TestStatus = 'pass' | 'fail' | 'skip' | 'todo' | 'xfail' | 'crashed' | 'no-tests'

/** How many tests without subtests ended how, and how many rules the stream broke. */
export interface TestCounts {
  readonly passed: number
  readonly failed: number
  readonly crashed: number
  readonly skipped: number
  readonly todo: number
  readonly xfail: number
  readonly errors: number
}

/** One test; a suite when it has tests of its own. */
export interface TestResult {
  /** Empty for a test that was planned and never reported, and for one whose result line has no description. */
  readonly name: string
  readonly status: TestStatus
  /** As the stream numbers it; counted where its line has no number. */
  readonly number: number | undefined
  /** What stands behind `#` on the result line, the directive left out. */
  readonly reason: string | undefined
  /** Lines that came before its result; the middle of very many is left out. */
  readonly diagnostics: readonly string[]
  /** KTAP attributes such as `module` and `speed`. */
  readonly attributes: Readonly<Record<string, string>>
  /** As the test says, else from the times of its lines. */
  readonly seconds: number | undefined
  /** Numbers of its first and last line in the log, from 1. */
  readonly startLine: number
  readonly endLine: number
  readonly planned: number | undefined
  /** Of the tests below it, or of itself when there are none. */
  readonly counts: TestCounts
  readonly tests: readonly TestResult[]
}

/** A rule of the protocol that a stream broke, such as a result that never came. */
export interface StreamError {
  readonly line: number
  /** `suite.test`; empty for the stream itself. */
  readonly test: string
  readonly message: string
}

/** One version line and what follows it. */
export interface StreamSummary {
  readonly protocol: 'TAP' | 'KTAP'
  readonly version: number
  readonly planned: number | undefined
  readonly reported: number
  readonly startLine: number
  readonly endLine: number
}

/** `no-results`: there was no stream at all. */
export type OverallStatus = 'pass' | 'fail' | 'crashed' | 'skip' | 'no-tests' | 'no-results'

/** Everything that the streams of one log tell. */
export interface KtapResults {
  readonly status: OverallStatus
  readonly counts: TestCounts
  /** Every planned test reported, every subtest has its result line, nobody bailed out. */
  readonly finished: boolean
  readonly tests: readonly TestResult[]
  readonly errors: readonly StreamError[]
  /** Text behind `Bail out!`. */
  readonly bailOut: string | undefined
  readonly streams: readonly StreamSummary[]
  /** Passed tests that are counted but not listed, because there are very many. */
  readonly omitted: number
}

export const noStream = 'there is no TAP or KTAP version line'
export const noTests = 'no tests ran'

export const noCounts: TestCounts = { passed: 0, failed: 0, crashed: 0, skipped: 0, todo: 0, xfail: 0, errors: 0 }

export function addCounts(a: TestCounts, b: TestCounts): TestCounts {
  return {
    passed: a.passed + b.passed,
    failed: a.failed + b.failed,
    crashed: a.crashed + b.crashed,
    skipped: a.skipped + b.skipped,
    todo: a.todo + b.todo,
    xfail: a.xfail + b.xfail,
    errors: a.errors + b.errors,
  }
}

const countOf = {
  pass: 'passed',
  fail: 'failed',
  crashed: 'crashed',
  skip: 'skipped',
  todo: 'todo',
  xfail: 'xfail',
} as const

/** One more test of this status; a suite without tests is none. */
export function addStatus(counts: TestCounts, status: TestStatus, times = 1): TestCounts {
  if (status === 'no-tests') return counts
  const name = countOf[status]
  return { ...counts, [name]: counts[name] + times }
}

/** Tests that ended or should have. */
export function totalOf(counts: TestCounts): number {
  return counts.passed + counts.failed + counts.crashed + counts.skipped + counts.todo + counts.xfail
}

/** Nothing failed and something ran or was skipped on purpose. */
export function isGood(results: Pick<KtapResults, 'status'>): boolean {
  return results.status === 'pass' || results.status === 'skip'
}

const ones: Readonly<Record<TestStatus, TestCounts>> = {
  pass: addStatus(noCounts, 'pass'),
  fail: addStatus(noCounts, 'fail'),
  crashed: addStatus(noCounts, 'crashed'),
  skip: addStatus(noCounts, 'skip'),
  todo: addStatus(noCounts, 'todo'),
  xfail: addStatus(noCounts, 'xfail'),
  'no-tests': noCounts,
}

/** The counts of one test without subtests; the same object for all, because there may be very many. */
export function countsOfOne(status: TestStatus, errors: number): TestCounts {
  return errors === 0 ? ones[status] : { ...ones[status], errors }
}
