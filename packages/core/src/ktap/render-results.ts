import { noStream, noTests, totalOf, type KtapResults, type TestCounts } from './result.ts'
import { failurePlace, badTests, pathName, type PlacedTest } from './walk.ts'

export interface RenderOptions {
  /** Failures that are shown; the rest is counted. */
  readonly failures?: number
  /** Lines of diagnostics of each. */
  readonly lines?: number
}

/** `10 tests: 8 passed, 2 failed`. */
export function renderCounts(counts: TestCounts): string {
  const total = totalOf(counts)
  const parts = (['passed', 'failed', 'crashed', 'skipped', 'todo', 'xfail'] as const)
    .filter((name) => counts[name] > 0)
    .map((name) => `${counts[name]} ${name}`)
  return `${total === 1 ? '1 test' : `${total} tests`}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`
}

/** One sentence part: what is wrong with these results, or that nothing is. */
export function describeResults(results: KtapResults): string {
  if (results.status === 'no-results') return noStream
  if (results.status === 'no-tests') return noTests
  const bad = badTests(results.tests)
  const names = bad.slice(0, 3).map(pathName).join(', ')
  const more = bad.length > 3 ? ` and ${bad.length - 3} more` : ''
  const bail = results.bailOut === undefined ? '' : `; bailed out${results.bailOut === '' ? '' : `: ${results.bailOut}`}`
  const isOverrun = results.status === 'fail' && bad.length === 0 && results.bailOut === undefined
  return `${renderCounts(results.counts)}${bad.length === 0 ? '' : ` (${names}${more})`}${bail}${isOverrun ? `; ${results.errors[0]?.message ?? 'a rule is broken'}` : ''}`
}

/** Failures with their diagnostics, broken rules of the stream, counts: for people. */
export function renderResults(results: KtapResults, { failures = 20, lines = 20 }: RenderOptions = {}): readonly string[] {
  const bad = badTests(results.tests)
  return [
    ...bad.slice(0, failures).flatMap((placed) => renderFailure(placed, lines)),
    ...(bad.length > failures ? [`… ${bad.length - failures} more failures`] : []),
    ...results.errors
      .filter(({ message }) => message !== noStream && message !== noTests)
      .slice(0, failures)
      .map(({ line, test, message }) => `${line > 0 ? `line ${line}: ` : ''}${test === '' ? '' : `${test}: `}${message}`),
    ...(results.counts.errors > failures ? [`… and further broken rules, ${results.counts.errors} in all`] : []),
    describeResults(results),
  ]
}

function renderFailure(placed: PlacedTest, lines: number): readonly string[] {
  const { test } = placed
  const place = failurePlace(test.diagnostics)
  const where = place === undefined ? '' : ` at ${place.source}:${place.line}`
  const reason = test.reason === undefined ? '' : ` # ${test.reason}`
  const shown = test.diagnostics.slice(-lines)
  const left = test.diagnostics.length - shown.length
  return [
    `${test.status === 'crashed' ? 'crashed' : 'not ok'} ${pathName(placed)}${where}${reason}`,
    ...(left > 0 ? [`    … ${left} lines before`] : []),
    ...shown.map((line) => `    ${line}`),
  ]
}
