import { totalOf, type KtapResults, type TestResult } from '../result.ts'
import { failurePlace, displayName, isBad } from '../walk.ts'

/** A test case of a JUnit report. */
export interface JunitCase {
  readonly name: string
  readonly classname: string
  readonly seconds: number | undefined
  readonly outcome: JunitOutcome | undefined
  /** Text for `system-out`. */
  readonly output: readonly string[]
  /** Text for `system-err`. */
  readonly errors?: readonly string[]
  /** Other runs of the same case that did not pass: flaky where this one did, else repetitions of the failure. */
  readonly others?: readonly JunitOutcome[]
}

/** Absent for a passed test. `failure`: the test said no; `error`: it did not come to say anything. */
export interface JunitOutcome {
  readonly kind: 'failure' | 'error' | 'skipped'
  readonly type: string
  /** One line. */
  readonly message: string
  readonly text: readonly string[]
}

export interface JunitSuite {
  readonly name: string
  readonly seconds: number | undefined
  readonly cases: readonly JunitCase[]
}

/** One flat list of suites, as all readers of JUnit understand it: `outer.inner` for a nested one. `name` is that of tests without a suite. */
export function junitSuites(results: KtapResults, { name }: { readonly name: string }): readonly JunitSuite[] {
  const suites = suitesOf(results.tests, [], undefined, name)
  const isShown = suites.some((suite) => suite.cases.some(({ outcome }) => outcome?.kind === 'failure' || outcome?.kind === 'error'))
  const isRed = results.status !== 'pass' && results.status !== 'skip'
  if (!isRed || isShown) return suites
  // Something is wrong that no test of the tree shows: a bail out, no tests, more results than planned.
  const message = results.bailOut ?? results.errors[0]?.message ?? results.status
  const text = results.errors.map(({ line, test, message: words }) => `line ${line}: ${test === '' ? '' : `${test}: `}${words}`)
  const outcome: JunitOutcome = { kind: 'error', type: results.status, message, text }
  return [
    ...suites,
    { name, seconds: undefined, cases: [{ name: 'test stream', classname: name, seconds: undefined, outcome, output: [] }] },
  ]
}

function suitesOf(
  tests: readonly TestResult[],
  path: readonly string[],
  parent: TestResult | undefined,
  name: string,
): readonly JunitSuite[] {
  const title = path.length === 0 ? name : path.join('.')
  const cases = tests.filter((test) => test.tests.length === 0).map((test) => caseOf(test, title))
  const own = parent !== undefined && isBad(parent) && !tests.some(isAnyBad) ? [caseOf(parent, title)] : []
  const all = [...cases, ...own]
  return [
    ...(all.length === 0 ? [] : [{ name: title, seconds: parent?.seconds, cases: all }]),
    ...tests
      .filter((test) => test.tests.length > 0)
      .flatMap((test) => suitesOf(test.tests, [...path, test.name === '' ? `test ${test.number ?? '?'}` : test.name], test, name)),
  ]
}

function isAnyBad(test: TestResult): boolean {
  return isBad(test) || test.tests.some(isAnyBad)
}

function caseOf(test: TestResult, classname: string): JunitCase {
  const outcome = outcomeOf(test)
  return {
    name: displayName(test),
    classname,
    seconds: test.seconds,
    outcome,
    output: outcome === undefined || outcome.kind === 'skipped' ? test.diagnostics : [],
  }
}

function outcomeOf(test: TestResult): JunitOutcome | undefined {
  const { status, reason, diagnostics } = test
  switch (status) {
    case 'pass':
      return undefined
    case 'skip':
      return { kind: 'skipped', type: 'skip', message: reason ?? '', text: [] }
    case 'todo':
    case 'xfail':
      return { kind: 'skipped', type: status, message: `expected to fail${reason === undefined ? '' : `: ${reason}`}`, text: [] }
    case 'no-tests':
      return { kind: 'skipped', type: status, message: 'no tests ran', text: [] }
    case 'crashed':
      return {
        kind: 'error',
        type: status,
        message: reason ?? (totalOf(test.counts) > 1 ? 'not all of it reported' : 'never reported'),
        text: diagnostics,
      }
    case 'fail': {
      const place = failurePlace(diagnostics)
      const where = place === undefined ? undefined : `${place.message ?? 'failed'} (${place.source}:${place.line})`
      return { kind: 'failure', type: status, message: reason ?? where ?? 'not ok', text: diagnostics }
    }
  }
}
