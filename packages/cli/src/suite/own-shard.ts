import { isGiven, type RawOptions } from '@kernelkit/core/options'
import { openHistory } from '@kernelkit/host/history'
import type { CommandContext } from '../command.ts'
import type { TestPlan } from './plan-tests.ts'
import { takeShard } from './take-shard.ts'

/** The part of the plan that `--shard` leaves for this machine. With --cell its cells are named: `kernelkit plan` has divided them. */
export async function ownShard(context: CommandContext, plan: TestPlan, options: RawOptions): Promise<TestPlan> {
  const { shard } = plan.spec
  if (shard === undefined || isGiven(options, 'cell')) return plan
  const history = await openHistory(context.host, await context.store({ looks: true }))
  const own = takeShard(plan, shard, await history.read())
  context.host.log.info(`shard ${shard.index} of ${shard.of}: ${own.tests.length} of ${plan.tests.length}`)
  return own
}
