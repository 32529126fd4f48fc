import type { Verdict } from '../console/index.ts'

/** How often one test is run, each time in a fresh VM. */
export interface RepeatPlan {
  /** Runs of a test; absent: one, or with `untilFail` as many as it takes. */
  readonly repeat: number | undefined
  /** The first run that does not pass is the last. */
  readonly untilFail: boolean
  /** Further runs of a test that did not pass, until one does. */
  readonly retries: number
}

/** A verdict, or the state between pass and fail: it did not pass and, run again, did. */
export type TrialState = Verdict | 'flaky'

/** How the runs of one test ended. */
export interface TrialJudgement {
  readonly state: TrialState
  /** Index of the run that decided: its evidence explains the state. */
  readonly decisive: number
  readonly passed: number
  readonly runs: number
}

/** The host or the build prevented the test: another run would end the same way. */
export const obstacles: readonly Verdict[] = ['infra-fail', 'config-fail', 'build-fail']

/** Most runs of one test, so that --until-fail ends by itself: more than a night of them. */
export const mostRepeats = 100_000

/** Whether a test with these verdicts, the oldest first, is run once more. */
export function isRunAgain({ repeat, untilFail, retries }: RepeatPlan, verdicts: readonly Verdict[]): boolean {
  const last = verdicts.at(-1)
  if (last === undefined) return true
  if (obstacles.includes(last)) return false
  if (retries > 0) return last !== 'pass' && verdicts.length <= retries
  if (untilFail && last !== 'pass') return false
  return verdicts.length < (repeat ?? (untilFail ? mostRepeats : 1))
}

/**
 * The state of a test over its runs. After retries a pass is `flaky`; of repeats, which are there to find it, the first run that did not pass
 * decides.
 */
export function judgeTrials({ retries }: RepeatPlan, verdicts: readonly Verdict[]): TrialJudgement {
  const passed = verdicts.filter((verdict) => verdict === 'pass').length
  const failed = verdicts.findIndex((verdict) => verdict !== 'pass')
  const last = verdicts.length - 1
  const isFlaky = retries > 0 && failed !== -1 && verdicts[last] === 'pass'
  const decisive = retries > 0 || failed === -1 ? last : failed
  return { state: isFlaky ? 'flaky' : (verdicts[decisive] ?? 'infra-fail'), decisive, passed, runs: verdicts.length }
}

/** `passed 2 of 3 runs`; nothing for a single run. */
export function describeRuns({ passed, runs }: Pick<TrialJudgement, 'passed' | 'runs'>): string | undefined {
  return runs < 2 ? undefined : `passed ${passed} of ${runs} runs`
}
