import { judgeTests, type TestsJudgement } from '@kernelkit/core/project'
import { renderJunit, type JunitSuite } from '@kernelkit/core/ktap/junit'
import { outcomeSuites } from '@kernelkit/vm/internal/junit'
import { formatTable } from '../output/table.ts'
import { reasonOf, stateOf, verdictOf, type TestResult } from './test-result.ts'

export function judgeResults(results: readonly TestResult[]): TestsJudgement {
  return judgeTests(results.map(verdictOf))
}

/** The table at the end: name, verdict, seconds, and why it did not pass. */
export function renderTable(results: readonly TestResult[]): string {
  const rows = results.map((result) => {
    const verdict = verdictOf(result)
    const why = verdict === 'pass' ? '' : reasonOf(result)
    return [result.name, stateOf(result), result.kind === 'left-out' ? '' : result.seconds.toFixed(1), why]
  })
  return formatTable(['test', 'verdict', 'seconds', 'why'], rows)
}

/** The last line on stderr. */
export function renderVerdictLine(results: readonly TestResult[], seconds: number): string {
  const { verdict, exitCode } = judgeResults(results)
  const passed = results.filter((result) => verdictOf(result) === 'pass').length
  const leftOut = results.filter(({ kind }) => kind === 'left-out').length
  const counts = [`tests=${results.length}`, `passed=${passed}`, `failed=${results.length - passed - leftOut}`]
  const all = [...counts, ...(leftOut === 0 ? [] : [`left-out=${leftOut}`]), `total=${seconds.toFixed(2)}s`]
  return `kernelkit: verdict=${verdict} exit=${exitCode} ${all.join(' ')}`
}

/** One test in the JSON document: the document of `run`, and the name. */
export function documentOf(result: TestResult): Readonly<Record<string, unknown>> {
  const { name } = result
  if (result.kind === 'run') return { name, ...result.run.document }
  const error = result.kind === 'error' ? result.error : undefined
  return {
    name,
    verdict: result.kind === 'interrupted' ? 'interrupted' : (verdictOf(result) ?? null),
    exitCode: error === undefined ? null : 125,
    what: reasonOf(result),
    hint: error?.hint ?? null,
    seconds: { total: Math.round(result.seconds * 1000) / 1000 },
    reports: [],
    results: null,
    artifacts: null,
    error: error === undefined ? null : { code: error.code, message: error.message, details: error.details },
  }
}

/** One JUnit document over all tests: each a suite with itself as a case, and a suite per suite of its results. */
export function renderTestsJunit(results: readonly TestResult[], name: string): Promise<string> {
  return renderJunit(results.flatMap(suitesOf), { name })
}

function suitesOf(result: TestResult): readonly JunitSuite[] {
  const { name, seconds } = result
  if (result.kind === 'run') return outcomeSuites({ outcome: result.run.outcome, name })
  const unfinished = { type: result.kind, message: reasonOf(result), text: [] } as const
  const outcome =
    result.kind === 'left-out'
      ? ({ kind: 'skipped', ...unfinished } as const)
      : result.kind === 'interrupted'
        ? ({ kind: 'error', ...unfinished } as const)
        : ({
            kind: 'error',
            type: result.error.verdict,
            message: reasonOf(result),
            text: result.error.hint === undefined ? [] : [`Hint: ${result.error.hint}`],
          } as const)
  return [{ name, seconds, cases: [{ name, classname: name, seconds, outcome, output: [] }] }]
}
