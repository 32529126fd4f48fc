import { flagOption, textOption } from '@kernelkit/core/options'
import { quoteArgv } from '@kernelkit/core/shell'
import { prepareOutFile } from '@kernelkit/host/files'
import { dumpVm, findVm } from '@kernelkit/vm/internal/running'
import type { CommandContext, RawOptions } from '../command.ts'

/** `kernelkit dump`: the memory of a running VM, which keeps running. */
export async function dump(context: CommandContext, args: readonly string[], raw: RawOptions): Promise<number> {
  const { host } = context
  const [name] = args
  const format = flagOption(raw, 'elf') ? 'elf' : 'kdump'
  const state = await findVm(name, host)
  const named = textOption(raw, 'out') ?? `${state.name}.vmcore`
  if (context.dryRun) {
    host.log.info(`would write the memory of ${state.name} to ${named} (${format})`)
    return 0
  }
  const path = await prepareOutFile(host, { option: 'out', named })
  const { vmlinux, ...dumped } = await dumpVm(host, { vm: state, path, format })
  const { bytes, memoryBytes, seconds, notes } = dumped
  for (const note of notes) host.log.warn(note)
  if (context.json) context.printJson({ vm: state.name, ...dumped, vmlinux: vmlinux ?? null })
  else {
    const size = `${Math.ceil(bytes / 2 ** 20)} MiB of ${Math.floor(memoryBytes / 2 ** 20)} MiB of memory, ${seconds.toFixed(1)} s`
    host.log.info(`${size}; open it with: ${quoteArgv(['crash', vmlinux ?? 'VMLINUX', path])}`)
    context.print(path)
  }
  return 0
}
