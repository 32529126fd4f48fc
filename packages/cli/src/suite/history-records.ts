import type { HistoryRecord } from '@kernelkit/core/trials'
import { verdictsOf, type FinishedTest } from './finished-test.ts'
import { releaseOf } from './matrix-summary.ts'
import type { TestPlan } from './plan-tests.ts'

/** What the history keeps of tests that came to an end. */
export function recordsOf(
  plan: Pick<TestPlan, 'directory' | 'tests'>,
  results: readonly FinishedTest[],
  at: number,
): readonly HistoryRecord[] {
  return results.flatMap((result, index) => {
    const cell = plan.tests[index]?.cell
    if (cell === undefined || result.state === undefined) return []
    const verdicts = verdictsOf(result.runs)
    const { test, kernel, config, root } = cell
    return [
      {
        at,
        project: plan.directory,
        test,
        kernel,
        config,
        root,
        release: releaseOf(result),
        state: result.state,
        passed: verdicts.filter((verdict) => verdict === 'pass').length,
        runs: verdicts.length,
        seconds: Math.round(result.seconds * 1000) / 1000,
      },
    ]
  })
}
