import type { KernelSpec } from '@kernelkit/core/options'
import { planBuild, type BuildPlan, type KernelContext } from '@kernelkit/kernel'

/** A plan, and whether what it would make is there already, here or in the Actions cache. */
export interface FoundPlan extends BuildPlan {
  readonly isKnown: boolean
}

export async function findKernel(context: KernelContext, spec: KernelSpec): Promise<FoundPlan> {
  const { host, store } = context
  const plan = await planBuild(context, spec)
  host.log.info(`source: ${plan.source.label}`)
  host.log.info(`key ${plan.key}, of:`)
  for (const [name, value] of plan.material) host.log.info(`  ${name}: ${shortFact(host, value)}`)
  const found = spec.force ? undefined : await store.lookup('kernel', plan.key)
  host.log.info(found === undefined ? 'not in the store: it is built' : 'in the store: nothing is compiled')
  return { ...plan, isKnown: found !== undefined }
}

// A line of a log that is read without scrolling sideways.
const longestFact = 120

/** A configuration has thousands of lines: its digest distinguishes it, key.txt next to the kernel has all of it. */
function shortFact(host: Pick<KernelContext['host'], 'sha256'>, value: string): string {
  if (value.length <= longestFact && !value.includes('\n')) return value
  return `${value.trimEnd().split('\n').length} lines, sha256 ${host.sha256(value).slice(0, 16)}`
}
