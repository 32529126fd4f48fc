import type { Host } from '@kernelkit/host'
import type { Vm } from '../vm.ts'
import type { VmWatch } from './watch-vm.ts'

// A quiet console for this long means that the dump is complete.
const quietMs = 400
// The verdict does not wait longer for a guest that goes on printing.
const longestMs = 5000

/** Every task's stack on the console (Documentation/admin-guide/sysrq.rst): over the agent, else, before it serves, over the serial port. */
export async function dumpTasks(host: Host, vm: Vm, watch: VmWatch): Promise<void> {
  try {
    if (watch.facts().readyAtMs !== undefined) vm.dump('t')
    else {
      await vm.qmp('chardev-send-break', { id: 'console' })
      vm.console.write('t')
    }
  } catch {
    // The guest or QEMU is gone: there is nothing to dump.
    return
  }
  const end = host.monotonicMs() + longestMs
  for (let lines = watch.facts().console.lines; host.monotonicMs() < end;) {
    await host.sleep(quietMs)
    const now = watch.facts().console.lines
    if (now === lines) return
    lines = now
  }
}
