import { resolve } from 'node:path'
import { quoteArgv } from '@kernelkit/core/shell'
import { launchArgv, unfilteredNote } from '@kernelkit/core/qemu'
import { planDocument, planForDryRun, type WantedVm } from '@kernelkit/vm/internal'
import type { CommandContext } from '../command.ts'

/** Kernel, root and machine with their reasons, and a QEMU command line that boots the same VM; nothing is started. */
export async function dryRunVm(context: CommandContext, wanted: WantedVm): Promise<number> {
  const plan = await planForDryRun({ host: context.host, store: await context.store({ prepares: true }), wanted })
  for (const line of plan.warnings) context.host.log.warn(line)
  // QEMU shares only what exists; a run makes the artifacts directory, a dry run makes nothing.
  const directories = plan.vm.artifacts === undefined ? [] : [resolve(context.host.cwd, plan.vm.artifacts.path)]
  if (context.json) context.printJson({ ...planDocument(plan), directories })
  else {
    const note = unfilteredNote(plan.launch)
    for (const line of [...plan.lines, ...(note === undefined ? [] : [note])]) context.print(`# ${line}`)
    for (const directory of directories) context.print(quoteArgv(['mkdir', '-p', directory]))
    context.print(quoteArgv(launchArgv(plan.launch, 'standalone')))
  }
  return 0
}
