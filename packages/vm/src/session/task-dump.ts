import { atMost } from './first-of.ts'
import type { Host } from '@kernelkit/host'
import type { Vm } from '../vm.ts'
import { settleConsole } from './settle-console.ts'
import type { VmWatch } from './watch-vm.ts'

/**
 * Documentation/admin-guide/sysrq.rst: l backtraces of all CPUs, t all tasks, w blocked ones; h is not a command, so that the kernel's answer,
 * a list of commands, says that the others are done.
 */
const letters = 'ltwh'

// A guest that answers nothing has no dump to give; one that does prints some lines a millisecond.
const quietMs = 3000
// A guest that is still booting may not hear it yet, and its user has said how long to wait.
const quietInBootMs = 1000
// Its console is never quiet either.
const longestInBootMs = 3000
// Some hundred tasks on a slow serial port.
const longestMs = 30_000

/** Stacks on the console, of a guest that is about to be ended: over the agent where it answers, else over the serial port. */
export async function dumpTasks(host: Host, vm: Vm, watch: VmWatch): Promise<void> {
  const { readyAtMs, silentMs } = watch.facts()
  const [quiet, longest] = readyAtMs === undefined ? [quietInBootMs, longestInBootMs] : [quietMs, longestMs]
  const settled = (): Promise<void> => settleConsole(host, watch, { isDone: ({ dumped }) => dumped, quietMs: quiet, longestMs: longest })
  const isDone = (): boolean => watch.facts().console.dumped || watch.facts().qemu !== undefined
  try {
    if (readyAtMs !== undefined && silentMs === undefined && !isDone()) {
      vm.dump(letters)
      await settled()
    }
    if (isDone()) return
    // The agent may wait for a CPU that is stuck. A stopped QEMU never answers.
    await atMost(host, quiet, dumpOverSerial(vm))
    await settled()
  } catch {
    // The guest or QEMU is gone: there is nothing to dump.
  }
}

/** A break makes the next character a command (MAGIC_SYSRQ_SERIAL). */
async function dumpOverSerial(vm: Vm): Promise<void> {
  for (const letter of letters) {
    await vm.qmp('chardev-send-break', { id: 'console' })
    vm.console.write(letter)
  }
}
