import type { TestResult } from './result.ts'

/** A test with the names of the suites that it stands in. */
export interface PlacedTest {
  readonly test: TestResult
  readonly path: readonly string[]
}

/** `suite.test`; a test without a name has its number. */
export function pathName({ test, path }: PlacedTest): string {
  return [...path, displayName(test)].join('.')
}

export function displayName({ name, number, status }: TestResult): string {
  if (name !== '') return name
  return status === 'crashed' ? `(test ${number ?? '?'}, never reported)` : `(test ${number ?? '?'})`
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

/** Where a test failed, as its diagnostics tell. */
export interface FailurePlace {
  readonly source: string
  readonly line: number
  /** What was expected there, as far as it stands on the same line. */
  readonly message: string | undefined
}

// KUnit: `# name: EXPECTATION FAILED at lib/x.c:30`; kselftest_harness.h: `# x.c:30:name:Expected 1 (1) == a (2)`.
const kunit = /(EXPECTATION|ASSERTION) FAILED at (\S+?):(\d+)\s*$/
const harness = /^\s*# (\S+?\.[ch]):(\d+):\w+:\s*(\S.*)/

/** The first line among the diagnostics that names a place in a source file. */
export function failurePlace(diagnostics: readonly string[]): FailurePlace | undefined {
  for (const [index, text] of diagnostics.entries()) {
    const found = kunit.exec(text)
    if (found !== null) return { source: found[2] ?? '', line: Number(found[3]), message: diagnostics[index + 1]?.trim() }
    const [, source, line, message] = harness.exec(text.trimEnd()) ?? []
    // The harness prints a line for every failed expectation and for the signal that ended the test.
    if (source !== undefined && /^(?:Expected|Assert|Test )/i.test(message ?? '')) return { source, line: Number(line), message }
  }
  return undefined
}
