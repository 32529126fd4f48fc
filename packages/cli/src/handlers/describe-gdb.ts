import { quoteArgv } from '@kernelkit/core/plan'
import { gdbRemote, type PreparedVm } from '@kernelkit/vm'

/** The lines that a user pastes into another shell to debug this VM. */
export function describeGdb({ plan, place }: PreparedVm): readonly string[] {
  const remote = gdbRemote(plan.launch)
  if (remote === undefined) return []
  const words = ['gdb', ...(plan.kernel.vmlinux === undefined ? [] : [plan.kernel.vmlinux]), '-ex', `target remote ${remote}`]
  return [
    `gdb: kernelkit gdb ${place.name}`,
    `gdb: ${quoteArgv(words)}`,
    ...(plan.spec.waitForDebugger ? ['the guest waits for the debugger (-S): `continue` starts it'] : []),
  ]
}
