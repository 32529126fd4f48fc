import { summariseHistory, type HistoryRecord } from '@kernelkit/core/trials'
import type { PlannedTest, TestPlan } from './plan-tests.ts'

/** Indices of the tests, that of the longest first: a short one at the end leaves little of the machine idle. What never ran comes first: it may be long. */
export function longestFirst(plan: Pick<TestPlan, 'directory' | 'tests'>, records: readonly HistoryRecord[]): readonly number[] {
  const secondsOf = expectedSeconds(plan, records)
  const seconds = plan.tests.map((test) => secondsOf(test) ?? Infinity)
  return plan.tests.map((_, index) => index).toSorted((a, b) => compare(seconds[b] ?? 0, seconds[a] ?? 0))
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** What a test took, as the history knows it; absent: it never ran. */
export function expectedSeconds(
  { directory }: Pick<TestPlan, 'directory'>,
  records: readonly HistoryRecord[],
): (test: PlannedTest) => number | undefined {
  const own = summariseHistory(records.filter(({ project }) => project === directory))
  return ({ cell }) =>
    own.find(
      ({ test, kernel, config, root }) => test === cell.test && kernel === cell.kernel && config === cell.config && root === cell.root,
    )?.seconds
}
