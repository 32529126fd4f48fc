import type { Verdict } from '../console/index.ts'

/** How a whole `kernelkit test` ended. */
export interface TestsJudgement {
  readonly verdict: Verdict
  readonly exitCode: 0 | 1 | 125
}

const inTheWay: readonly Verdict[] = ['infra-fail', 'config-fail', 'build-fail']

/** 125 when the host or the build prevented one, else 1 when one did not pass. `undefined` is a test that --fail-fast left out. */
export function judgeTests(verdicts: readonly (Verdict | undefined)[]): TestsJudgement {
  const obstacle = inTheWay.find((verdict) => verdicts.includes(verdict))
  if (obstacle !== undefined) return { verdict: obstacle, exitCode: 125 }
  return verdicts.every((verdict) => verdict === 'pass') ? { verdict: 'pass', exitCode: 0 } : { verdict: 'fail', exitCode: 1 }
}
