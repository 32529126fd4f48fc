import { basename } from 'node:path'
import type { Comparison, HistoryRecord, KnownFailure, StoredComparison, StoredResults } from '@kernelkit/core/trials'
import type { Host } from '@kernelkit/host'
import { whyOf } from './finished-test.ts'
import type { FinishedSuite, SuiteOptions } from './run-suite.ts'
import { cellDocument } from './matrix-summary.ts'
import type { MadeFiles, TestPlan } from './plan-tests.ts'
import { documentOf, junitSuitesOf } from './test-summary.ts'

/** In the directory of a run's evidence; `kernelkit merge` reads it. */
export const resultsFile = 'results.json'

export interface StoredInput {
  readonly plan: TestPlan
  readonly command: SuiteOptions['command']
  /** The command that runs one cell again. */
  readonly again: (name: string) => string
  readonly suite: Omit<FinishedSuite, 'exitCode' | 'junit'>
  /** For the history of the machine that merges. */
  readonly records: readonly HistoryRecord[]
}

/** What a run hands over to `kernelkit merge`. */
export function storedResults(host: Pick<Host, 'env' | 'sha256'>, { plan, command, suite, again, records }: StoredInput): StoredResults {
  const { results, allowed, seconds, verdict, made, evidence, comparison } = suite
  return {
    format: 1,
    command,
    plan: {
      digest: host.sha256(JSON.stringify(plan.allCells)),
      run: runOf(host.env),
      cells: plan.allCells.map(({ name }) => name),
      at: plan.allCells.map(({ cell }) => cell),
    },
    title: basename(plan.directory),
    whole: { seconds, file: plan.path, kernels: kernelsOf(made), image: made.image ?? null, evidence },
    baseline: comparison === undefined ? null : storedComparison(comparison, plan.spec.baseline ?? ''),
    shard: plan.spec.shard ?? null,
    failOnFlaky: plan.spec.failOnFlaky,
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
        why: whyOf(result),
      }
    }),
  }
}

/** Those that were built, by the name of their configuration; that of the file itself has none. */
export function kernelsOf({ kernels }: MadeFiles): Readonly<Record<string, string>> {
  return Object.fromEntries([...kernels].map(([config, path]) => [config ?? '', path]))
}

function storedComparison({ cells, unmatched, expired }: Comparison, file: string): StoredComparison {
  const entryOf = ({ line, reason, until }: KnownFailure) => ({ line, reason, until })
  return {
    file,
    cells: cells.map((cell) =>
      cell === undefined ? null : { novelty: cell.novelty, entry: cell.entry === undefined ? null : entryOf(cell.entry) },
    ),
    unmatched: unmatched.map(entryOf),
    expired: expired.map(entryOf),
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
