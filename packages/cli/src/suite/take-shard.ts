import { assignShards, type HistoryRecord, type Shard } from '@kernelkit/core/trials'
import { expectedSeconds } from './longest-first.ts'
import type { TestPlan } from './plan-tests.ts'

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
