import { renderKeyMaterial } from '@kernelkit/core/cachekey'
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
  host.log.info(renderKeyMaterial(plan.material).trimEnd())
  const found = spec.force ? undefined : await store.lookup('kernel', plan.key)
  host.log.info(found === undefined ? 'not in the store: it is built' : 'in the store: nothing is compiled')
  return { ...plan, isKnown: found !== undefined }
}
