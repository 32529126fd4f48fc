import { describeRuns, judgeTrials, type RepeatPlan, type TrialState } from '@kernelkit/core/trials'
import { reasonOf, stateOf, verdictOf, type TestResult } from './test-result.ts'

/** A test with all its runs: one, or more with --repeat, --until-fail and --retries. */
export interface FinishedTest {
  readonly name: string
  /** `undefined` for a test that was left out or interrupted. */
  readonly state: TrialState | undefined
  /** The run that decided. */
  readonly decisive: TestResult
  /** The oldest first. */
  readonly runs: readonly TestResult[]
  /** Of all runs. */
  readonly seconds: number
}

export function finishTest(plan: RepeatPlan, first: TestResult, more: readonly TestResult[]): FinishedTest {
  const runs = [first, ...more]
  const last = runs.at(-1) ?? first
  const seconds = runs.reduce((sum, run) => sum + run.seconds, 0)
  const { name } = first
  if (verdictOf(last) === undefined) return { name, state: undefined, decisive: last, runs, seconds }
  const { state, decisive } = judgeTrials(plan, verdictsOf(runs))
  return { name, state, decisive: runs[decisive] ?? last, runs, seconds }
}

export function verdictsOf(runs: readonly TestResult[]): readonly NonNullable<ReturnType<typeof verdictOf>>[] {
  return runs.flatMap((run) => verdictOf(run) ?? [])
}

/** The state, or the word for having none. */
export function stateWord({ state, decisive }: FinishedTest): string {
  return state ?? stateOf(decisive)
}

/** Why it is not a plain pass, in one sentence; nothing for a pass. */
export function whyOf({ state, decisive, runs }: FinishedTest): string {
  const verdicts = verdictsOf(runs)
  const counts = describeRuns({ passed: verdicts.filter((verdict) => verdict === 'pass').length, runs: verdicts.length })
  const failed = state === 'flaky' ? runs.findLast((run) => verdictOf(run) !== 'pass') : decisive
  const reason = state === 'pass' || failed === undefined ? '' : `${state === 'flaky' ? `${stateOf(failed)}: ` : ''}${reasonOf(failed)}`
  if (counts === undefined) return reason
  return reason === '' ? `${counts}.` : `${counts}; ${reason}`
}
