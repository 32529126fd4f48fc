import type { Verdict } from '../console/index.ts'
import { obstacles, type TrialState } from '../trials/index.ts'

/** How a whole `kernelkit test` ended. */
export interface TestsJudgement {
  readonly verdict: Verdict
  readonly exitCode: 0 | 1 | 125
}

/**
 * 125 when the host or the build prevented one, else 1 when one did not pass; a flaky one counts as a pass, or as a failure with
 * --fail-on-flaky. `undefined` is a test that --fail-fast left out.
 */
export function judgeTests(
  states: readonly (TrialState | undefined)[],
  { failOnFlaky }: { readonly failOnFlaky: boolean },
): TestsJudgement {
  const obstacle = obstacles.find((verdict) => states.includes(verdict))
  if (obstacle !== undefined) return { verdict: obstacle, exitCode: 125 }
  const isGood = (state: TrialState | undefined) => state === 'pass' || (state === 'flaky' && !failOnFlaky)
  return states.every(isGood) ? { verdict: 'pass', exitCode: 0 } : { verdict: 'fail', exitCode: 1 }
}
