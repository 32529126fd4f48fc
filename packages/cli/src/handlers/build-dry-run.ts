import { renderValue, type ConfigRequest } from '@kernelkit/core/kconfig'
import { renderScript } from '@kernelkit/core/plan'
import type { KernelSpec } from '@kernelkit/core/options'
import { listSteps, planBuild } from '@kernelkit/kernel'
import type { Tools } from '@kernelkit/toolchain/tools'
import type { CommandContext } from '../command.ts'
import { formatTable } from '../output/table.ts'

/** `build --dry-run`, and the part of it that `config show --dry-run` would do. */
export async function showBuildPlan(
  context: CommandContext,
  spec: KernelSpec,
  { host, place, until }: Pick<Tools, 'host' | 'place'> & { readonly until: 'configuration' | 'kernel' },
): Promise<number> {
  const { signal } = context
  const store = await context.store({ compiles: true })
  const plan = await planBuild({ host, store, signal }, spec)
  const found = await store.lookup('kernel', plan.key)
  const steps = place(await listSteps({ host, store, signal }, plan, { until, asksSource: !namesSource(context) }))
  if (context.json) {
    const requested = plan.requests.map(({ symbol, value, origin }) => ({
      symbol,
      value: value.value,
      where: origin.where,
      why: origin.why ?? null,
    }))
    context.printJson({
      source: plan.source.label,
      arch: spec.arch.name,
      key: plan.key,
      cached: found !== undefined && !spec.force,
      entry: found?.path ?? null,
      compiler: plan.toolchain.compilerVersion,
      ccache: plan.toolchain.ccache,
      requested,
      plan: steps,
    })
    return 0
  }
  context.print(
    `# ${found === undefined || spec.force ? 'not in the store: this would be done' : `in the store already: ${found.path}; without it, this would be done`}`,
  )
  context.print(renderScript(steps, { isSet: (name) => context.host.env[name] !== undefined }).trimEnd())
  context.print('\n# options that were asked for, with reasons:')
  for (const line of renderRequests(plan.requests).split('\n')) context.print(`# ${line}`)
  return 0
}

/** kernelkit.yaml names the source, and the user has not consented to the file. */
function namesSource({ reader, untrustedProject }: CommandContext): boolean {
  return untrustedProject && reader.places?.['source'] !== undefined
}

/** Options with their origin and reason. */
function renderRequests(requests: readonly ConfigRequest[]): string {
  return formatTable(
    ['option', 'asked by', 'why'],
    requests.map(({ symbol, value, origin }) => [`${symbol}=${renderValue(value)}`, origin.where, origin.why ?? '']),
  )
}
