import { quoteArgv } from '@kernelkit/core/plan'
import type { Host } from '@kernelkit/host'
import { gdbRemote, type PreparedVm } from '@kernelkit/vm/internal'

/** Prints what was decided about a VM, and how it is debugged, before it starts. */
export function printDecisions({ log }: Pick<Host, 'log'>): (prepared: PreparedVm) => void {
  return (prepared) => {
    for (const line of [...prepared.plan.lines, ...gdbLines(prepared)]) log.info(line)
    for (const line of prepared.plan.warnings) log.warn(line)
  }
}

/** What a user pastes into another shell to debug this VM. */
function gdbLines({ plan, place }: PreparedVm): readonly string[] {
  const remote = gdbRemote(plan.launch)
  if (remote === undefined) return []
  const words = ['gdb', ...(plan.kernel.vmlinux === undefined ? [] : [plan.kernel.vmlinux]), '-ex', `target remote ${remote}`]
  return [
    `gdb: kernelkit gdb ${place.name}`,
    `gdb: ${quoteArgv(words)}`,
    ...(plan.vm.waitForDebugger ? ['the guest waits for the debugger (-S): `continue` starts it'] : []),
  ]
}
