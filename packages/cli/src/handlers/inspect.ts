import { findVm, inspectionDocument, inspectVm, renderInspection } from '@kernelkit/vm/internal/running'
import type { CommandContext } from '../command.ts'

/** `kernelkit inspect`: a running VM from outside; nothing of the guest takes part. */
export async function inspect(context: CommandContext, args: readonly string[]): Promise<number> {
  const { host, signal } = context
  const state = await findVm(args[0], host)
  if (context.dryRun) {
    host.log.info(`would read registers and memory of ${state.name}`)
    return 0
  }
  const seen = await inspectVm(host, { vm: state, signal })
  if (context.json) context.printJson({ vm: state.name, ...inspectionDocument(seen) })
  else for (const line of renderInspection(seen)) context.print(line)
  return 0
}
