import { answerOf, type HistoryRecord } from '@kernelkit/core/trials'
import type { FinishedTest } from './finished-test.ts'
import { releaseOf } from './matrix-summary.ts'
import type { TestPlan } from './plan-tests.ts'
import { verdictOf } from './test-result.ts'

/** What the history keeps of tests that came to an end; runs that the host, a build or a mirror prevented say nothing of them. */
export function recordsOf(
  plan: Pick<TestPlan, 'directory' | 'tests'>,
  results: readonly FinishedTest[],
  at: number,
): readonly HistoryRecord[] {
  return results.flatMap((result, index) => {
    const cell = plan.tests[index]?.cell
    if (cell === undefined || result.state === undefined) return []
    const runs = result.runs.flatMap((run) => {
      const verdict = verdictOf(run)
      return verdict === undefined || answerOf(verdict) === 'skip' ? [] : [{ verdict, seconds: run.seconds }]
    })
    if (runs.length === 0) return []
    const seconds = runs.reduce((sum, run) => sum + run.seconds, 0)
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
        passed: runs.filter(({ verdict }) => verdict === 'pass').length,
        runs: runs.length,
        seconds: Math.round(seconds * 1000) / 1000,
      },
    ]
  })
}
