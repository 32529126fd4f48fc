import { resolve } from 'node:path'
import { quoteArgv } from '@kernelkit/core/plan'
import { qemuArgv } from '@kernelkit/core/qemu'
import type { VmSpec } from '@kernelkit/core/options'
import { planDocument, planForDryRun } from '@kernelkit/vm'
import type { CommandContext } from '../command.ts'

/** Kernel, root and machine with their reasons, and a QEMU command line that boots the same VM; nothing is started. */
export async function dryRunVm(options: {
  readonly context: CommandContext
  readonly spec: VmSpec
  readonly command: 'boot' | 'run'
}): Promise<number> {
  const { context, spec, command } = options
  const plan = await planForDryRun({ host: context.host, store: await context.store({ prepares: true }), spec, command })
  for (const line of plan.warnings) context.host.log.warn(line)
  // QEMU shares only what exists; a run makes the artifacts folder, a dry run makes nothing.
  const folders = spec.artifacts === undefined ? [] : [resolve(context.host.cwd, spec.artifacts)]
  if (context.json) context.printJson({ ...planDocument(plan), folders })
  else {
    for (const line of plan.lines) context.print(`# ${line}`)
    for (const folder of folders) context.print(quoteArgv(['mkdir', '-p', folder]))
    context.print(quoteArgv(qemuArgv(plan.launch, 'standalone')))
  }
  return 0
}
