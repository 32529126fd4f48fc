import type { HistoryRecord, StoredResults } from '@kernelkit/core/trials'
import type { Host } from '@kernelkit/host'
import type { FinishedSuite, SuiteOptions } from './run-suite.ts'
import { cellDocument } from './matrix-summary.ts'
import type { TestPlan } from './plan-tests.ts'
import { documentOf, junitSuitesOf } from './test-summary.ts'

/** In the directory of a run's evidence; `kernelkit merge` reads it. */
export const resultsFile = 'results.json'

export interface StoredInput {
  readonly plan: TestPlan
  readonly command: SuiteOptions['command']
  /** The command that runs one cell again. */
  readonly again: (name: string) => string
  readonly suite: Pick<FinishedSuite, 'results' | 'allowed' | 'seconds' | 'verdict'>
  /** For the history of the machine that merges. */
  readonly records: readonly HistoryRecord[]
}

/** What a run hands over to `kernelkit merge`. */
export function storedResults(host: Pick<Host, 'env' | 'sha256'>, { plan, command, suite, again, records }: StoredInput): StoredResults {
  const { results, allowed, seconds, verdict } = suite
  return {
    format: 1,
    command,
    plan: { digest: host.sha256(JSON.stringify(plan.allCells)), run: runOf(host.env), cells: plan.allCells.map(({ name }) => name) },
    shard: plan.spec.shard ?? null,
    failOnFlaky: plan.spec.failOnFlaky,
    seconds: seconds.total,
    interrupted: verdict === 'interrupted',
    records,
    results: results.map((result, index) => {
      const mayFail = allowed[index] === true
      const cell = plan.tests[index]?.cell
      const document = command === 'matrix' ? cellDocument(cell, result, again(result.name)) : documentOf(result)
      return {
        name: result.name,
        verdict: typeof document['verdict'] === 'string' ? document['verdict'] : null,
        mayFail,
        document,
        suites: junitSuitesOf([result], [mayFail]),
      }
    }),
  }
}

/** What all jobs of one workflow, pipeline or Kubernetes Job have in common. */
function runOf(env: Host['env']): string | null {
  const named = env['KERNELKIT_RUN'] ?? env['CI_PIPELINE_ID']
  if (named !== undefined && named !== '') return named
  const id = env['GITHUB_RUN_ID']
  // Not the attempt: one shard alone may be run again.
  return id === undefined || id === '' ? null : id
}
