import type { Host } from '@kernelkit/host'
import { startVm } from '../process/start-vm.ts'
import type { Vm, VmRequest } from '../vm.ts'

/** A VM in this process, or with `keep` in a process of its own that outlives this one. */
export async function startOrDetach(options: {
  readonly request: VmRequest
  readonly host: Host
  readonly keep: boolean
  readonly signal: AbortSignal
}): Promise<Vm> {
  if (!options.keep) return startVm(options.request, options.host, { signal: options.signal })
  const { startDetachedVm } = await import('../process/detached-vm.ts')
  return startDetachedVm(options.request, options.host, { signal: options.signal })
}
