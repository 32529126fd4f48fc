import { quoteArgv } from '@kernelkit/core/plan'
import { qemuArgv } from '@kernelkit/core/qemu'
import type { VmSpec } from '@kernelkit/core/spec'
import { planDocument, preparePaste } from '@kernelkit/vm'
import type { CommandContext } from '../command.ts'

/** Kernel, root and machine with their reasons, and a QEMU command line that boots the same VM; nothing is started. */
export async function dryRunVm(options: {
  readonly context: CommandContext
  readonly spec: VmSpec
  readonly command: 'boot' | 'run'
}): Promise<number> {
  const { context, spec, command } = options
  const plan = await preparePaste({ host: context.host, store: await context.store({ prepares: true }), spec, command })
  if (context.json) context.printJson(planDocument(plan))
  else {
    for (const line of plan.lines) context.print(`# ${line}`)
    context.print(quoteArgv(qemuArgv(plan.launch, 'standalone')))
  }
  return 0
}
