import type { TestResult } from './result.ts'

/** A test with the names of the suites that it stands in. */
export interface PlacedTest {
  readonly test: TestResult
  readonly path: readonly string[]
}

/** `suite.test`; a test that never reported has its number. */
export function pathName({ test, path }: PlacedTest): string {
  return [...path, displayName(test)].join('.')
}

export function displayName({ name, number }: TestResult): string {
  return name === '' ? `(test ${number ?? '?'}, never reported)` : name
}

export function isBad({ status }: TestResult): boolean {
  return status === 'fail' || status === 'crashed'
}

/** The tests that a person has to look at: failed ones without failed subtests, and crashed ones. */
export function badTests(tests: readonly TestResult[], path: readonly string[] = []): readonly PlacedTest[] {
  return tests.flatMap((test): readonly PlacedTest[] => {
    const below = badTests(test.tests, [...path, displayName(test)])
    // A suite says `ok` and holds a failure: the failure counts.
    if (below.length > 0) return below
    return isBad(test) ? [{ test, path }] : []
  })
}

/** The innermost test in whose lines this line of the log lies. */
export function testAtLine(tests: readonly TestResult[], line: number, path: readonly string[] = []): PlacedTest | undefined {
  for (const test of tests) {
    if (line < test.startLine || line > test.endLine) continue
    return testAtLine(test.tests, line, [...path, displayName(test)]) ?? { test, path }
  }
  return undefined
}
