import { assignShards, type HistoryRecord, type Shard } from '@kernelkit/core/trials'
import { summariseHistory } from '@kernelkit/core/trials'
import type { PlannedTest, TestPlan } from './plan-tests.ts'

/** The plan with the tests of one shard alone. Without records of the project every test counts the same. */
export function takeShard(plan: TestPlan, shard: Shard, records: readonly HistoryRecord[]): TestPlan {
  const parts = shardsOf(plan, shard.of, records)
  const tests = plan.tests.filter(({ name }) => parts.get(name) === shard.index)
  const configs = new Set(tests.filter(({ takes }) => takes.kernel).map(({ cell }) => cell.config))
  return {
    ...plan,
    tests,
    kernels: plan.kernels.filter(({ config }) => configs.has(config)),
    image: tests.some(({ takes }) => takes.image) ? plan.image : undefined,
  }
}

/** The shard of each test, from 1. */
export function shardsOf(
  plan: Pick<TestPlan, 'directory' | 'tests'>,
  of: number,
  records: readonly HistoryRecord[],
): ReadonlyMap<string, number> {
  const secondsOf = expectedSeconds(plan, records)
  return assignShards(
    plan.tests.map((test) => ({ name: test.name, seconds: secondsOf(test) })),
    of,
  )
}

/** Indices of the tests, that of the longest first: a short one at the end leaves little of the machine idle. What never ran comes first: it may be long. */
export function longestFirst(plan: Pick<TestPlan, 'directory' | 'tests'>, records: readonly HistoryRecord[]): readonly number[] {
  const secondsOf = expectedSeconds(plan, records)
  const seconds = plan.tests.map((test) => secondsOf(test) ?? Infinity)
  return plan.tests.map((_, index) => index).toSorted((a, b) => compare(seconds[b] ?? 0, seconds[a] ?? 0))
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

function expectedSeconds(
  { directory }: Pick<TestPlan, 'directory'>,
  records: readonly HistoryRecord[],
): (test: PlannedTest) => number | undefined {
  const own = summariseHistory(records.filter(({ project }) => project === directory))
  return ({ cell }) =>
    own.find(
      ({ test, kernel, config, root }) => test === cell.test && kernel === cell.kernel && config === cell.config && root === cell.root,
    )?.seconds
}
