import type { ConsoleFacts } from '@kernelkit/core/console'
import { decodeReports, type Host } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'

export interface DecodeInput {
  readonly plan: Pick<VmPlan, 'kernel'>
  readonly console: ConsoleFacts
  readonly signal: AbortSignal
}

/** The same facts, their reports with the lines and inlined calls that the kernel's vmlinux knows; what stands in the way is said. */
export async function decodeConsole(host: Host, { plan, console: seen, signal }: DecodeInput): Promise<ConsoleFacts> {
  const { vmlinux, sourceTree } = plan.kernel
  const { reports, problems } = await decodeReports(host, { vmlinux, source: sourceTree, reports: seen.reports, signal })
  for (const { message, hint } of problems) host.log.info(`${message}${hint === undefined ? '' : ` Hint: ${hint}`}`)
  return { ...seen, reports }
}
