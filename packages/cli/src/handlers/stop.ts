import { UserError, message, option } from '@kernelkit/core/errors'
import { flagOption } from '@kernelkit/core/options'
import { findVm, listVms, stopVm, type VmState } from '@kernelkit/vm/internal/running'
import type { CommandContext, RawOptions } from '../command.ts'

/** `kernelkit stop`: powers guests off, and kills those that do not react. */
export async function stop(context: CommandContext, args: readonly string[], raw: RawOptions): Promise<number> {
  const { host } = context
  const [name] = args
  const all = flagOption(raw, 'all')
  if (all && name !== undefined)
    throw new UserError('BAD_OPTION', message`${option('all')} does not go together with the name '${name}'.`, {
      hint: 'Leave one of them out.',
    })
  const vms: readonly VmState[] = all ? await listVms(host) : [await findVm(name, host)]
  if (!context.dryRun) await Promise.all(vms.map((vm) => stopVm(vm, host, flagOption(raw, 'kill') ? 'kill' : 'poweroff')))
  for (const vm of vms) host.log.info(`${context.dryRun ? 'would stop' : 'stopped'} ${vm.name}`)
  if (vms.length === 0) host.log.info('no VM is running')
  if (context.json) context.printJson({ stopped: vms.map((vm) => vm.name) })
  return 0
}
