import type { Ending, Guest } from './guest.ts'
import { drainLimitMs } from './limits.ts'
import { untilCommandReported, untilPanicReported, untilReportRead } from './settle-console.ts'
import { dumpTasks } from './task-dump.ts'

/** Ends the VM as fast as possible without losing anything. Returns the last lines of the console that the guest printed unasked. */
export async function endVm(guest: Guest, ending: Ending, { attended }: { readonly attended: boolean }): Promise<readonly string[]> {
  const { host, plan, vm, watch } = guest
  const end = ending.kind === 'over' ? ending.end : ending.kind
  if (end === 'command') await untilCommandReported(host, watch)
  if (end === 'panic') await untilPanicReported(host, watch)
  if (end === 'lockup') await untilReportRead(host, watch)
  const isDumped = !attended && (end === 'limit' || end === 'kunit-silent' || end === 'silent' || end === 'lockup')
  const unasked = [...watch.facts().tail]
  if (isDumped) await dumpTasks(host, vm, watch)
  const tail = (): readonly string[] => (isDumped ? unasked : watch.facts().tail)
  // A guest without a clock or a root is of no use.
  if (plan.vm.keep && end !== 'no-timer' && end !== 'agent-failed') {
    await vm[Symbol.asyncDispose]()
    return tail()
  }
  // Only what the guest may still hold back must be written; everything else is thrown away.
  const isWritten = plan.launch.drives.some((drive) => drive.mode === 'rw')
  const isAlive = end === 'command' || end === 'shell' || end === 'asked'
  await vm.stop(isWritten && isAlive ? 'poweroff' : 'kill')
  // What QEMU wrote before its end is still being read.
  await Promise.race([watch.drained, host.sleep(drainLimitMs)])
  return tail()
}
