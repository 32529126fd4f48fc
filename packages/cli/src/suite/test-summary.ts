import { judgeTests, type TestsJudgement } from '@kernelkit/core/project'
import { renderJunit, type JunitCase, type JunitOutcome, type JunitSuite } from '@kernelkit/core/ktap/junit'
import { outcomeSuites } from '@kernelkit/vm/internal/junit'
import { formatTable } from '../output/table.ts'
import { stateWord, whyOf, type FinishedTest } from './finished-test.ts'
import { reasonOf, verdictOf, type TestResult } from './test-result.ts'

export interface JudgingOptions {
  readonly failOnFlaky: boolean
  /** Which of the results may fail, in their order. */
  readonly allowed: readonly boolean[]
}

export function judgeResults(results: readonly FinishedTest[], options: JudgingOptions): TestsJudgement {
  const counting = results.filter((result, index) => options.allowed[index] !== true || result.state === undefined)
  return judgeTests(
    counting.map(({ state }) => state),
    options,
  )
}

/** The table at the end: name, verdict, seconds, and why it did not pass. */
export function renderTable(results: readonly FinishedTest[]): string {
  const rows = results.map((result) => [
    result.name,
    stateWord(result),
    result.decisive.kind === 'left-out' ? '' : result.seconds.toFixed(1),
    whyOf(result),
  ])
  return formatTable(['test', 'verdict', 'seconds', 'why'], rows)
}

export interface VerdictLineOptions extends JudgingOptions {
  readonly seconds: number
  /** What is counted. */
  readonly noun?: 'tests' | 'cells'
}

/** The last line on stderr. */
export function renderVerdictLine(results: readonly FinishedTest[], options: VerdictLineOptions): string {
  const { verdict, exitCode } = judgeResults(results, options)
  const countOf = (isMeant: (result: FinishedTest) => boolean) => results.filter(isMeant).length
  const passed = countOf(({ state }) => state === 'pass')
  const flaky = countOf(({ state }) => state === 'flaky')
  const leftOut = countOf(({ decisive }) => decisive.kind === 'left-out')
  const mayFail = results.filter(
    ({ state }, index) => options.allowed[index] === true && ![undefined, 'pass', 'flaky'].includes(state),
  ).length
  const failed = results.length - passed - flaky - leftOut - mayFail
  const counts = [`${options.noun ?? 'tests'}=${results.length}`, `passed=${passed}`, `failed=${failed}`]
  const some = (name: string, count: number) => (count === 0 ? [] : [`${name}=${count}`])
  const all = [
    ...counts,
    ...some('flaky', flaky),
    ...some('allowed', mayFail),
    ...some('left-out', leftOut),
    `total=${options.seconds.toFixed(2)}s`,
  ]
  return `kernelkit: verdict=${verdict} exit=${exitCode} ${all.join(' ')}`
}

/** One test in the JSON document: the document of `run` of the run that decided, the name, and every run. */
export function documentOf(test: FinishedTest): Readonly<Record<string, unknown>> {
  const document = runDocument(test.decisive)
  const runs = test.runs.map((run) => {
    const { verdict, exitCode, what, seconds, evidence } = runDocument(run)
    return { verdict, exitCode, what, seconds, evidence: evidence ?? null }
  })
  return { ...document, ...(test.state === 'flaky' ? { verdict: 'flaky', what: whyOf(test) } : {}), runs }
}

function runDocument(result: TestResult): Readonly<Record<string, unknown>> {
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
export function renderTestsJunit(
  results: readonly FinishedTest[],
  { name, allowed }: { readonly name: string; readonly allowed: readonly boolean[] },
): Promise<string> {
  return renderJunit(junitSuitesOf(results, allowed), { name })
}

/** The suites of all tests; one that may fail is skipped where it failed: readers of JUnit know no other word for it. */
export function junitSuitesOf(results: readonly FinishedTest[], allowed: readonly boolean[]): readonly JunitSuite[] {
  return results.flatMap((result, index) => {
    const suites = suitesOf(result)
    if (allowed[index] !== true || result.state === undefined) return suites
    return suites.map((suite) => ({ ...suite, cases: suite.cases.map(skipFailure) }))
  })
}

function skipFailure(one: JunitCase): JunitCase {
  const { outcome, others: _, ...rest } = one
  if (outcome === undefined || outcome.kind === 'skipped') return one
  return { ...rest, outcome: { kind: 'skipped', type: 'known', message: `may fail: ${outcome.message}`, text: [] } }
}

/** The suites of the run that decided; its case also has the other runs that did not pass. */
function suitesOf({ decisive, runs, seconds }: FinishedTest): readonly JunitSuite[] {
  const [own, ...inside] = runSuites(decisive)
  if (own === undefined || runs.length === 1) return own === undefined ? [] : [own, ...inside]
  const others = runs.filter((run) => run !== decisive).flatMap((run) => outcomeOf(run) ?? [])
  return [{ ...own, seconds, cases: own.cases.map((one) => ({ ...one, seconds, others })) }, ...inside]
}

function runSuites(result: TestResult): readonly JunitSuite[] {
  const { name, seconds } = result
  if (result.kind === 'run') return outcomeSuites({ ...result.run, name })
  return [{ name, seconds, cases: [{ name, classname: name, seconds, outcome: outcomeOf(result), output: [] }] }]
}

function outcomeOf(result: TestResult): JunitOutcome | undefined {
  const [verdict, reason] = [verdictOf(result), reasonOf(result)]
  switch (result.kind) {
    case 'left-out':
      return { kind: 'skipped', type: result.kind, message: reason, text: [] }
    case 'interrupted':
      return { kind: 'error', type: result.kind, message: reason, text: [] }
    case 'error': {
      const { hint } = result.error
      return { kind: 'error', type: result.error.verdict, message: reason, text: hint === undefined ? [] : [`Hint: ${hint}`] }
    }
    case 'run':
      if (verdict === undefined || verdict === 'pass') return undefined
      return { kind: verdict === 'fail' ? 'failure' : 'error', type: verdict, message: `${verdict}: ${reason}`, text: [] }
  }
}
