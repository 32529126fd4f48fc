import { machines } from '@kernelkit/core/arch'
import type { Logger } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import type { WatchFacts } from './watch-vm.ts'

// Seen in about 2 of 100 boots of a host under eightfold load, never on a quiet one.
const mostStarts = 3

/** Most machines have another timer that ticks besides those of the CPUs. */
export function hasOtherTimer({ launch }: Pick<VmPlan, 'launch'>): boolean {
  return machines[launch.machine].hasOtherTimer
}

/** Whether a guest that lost its only timer while it booted is worth another start; says so. */
export function startsAgain(log: Logger, facts: Pick<WatchFacts, 'timerLost'>, starts: number): boolean {
  if (!facts.timerLost || starts >= mostStarts) return false
  log.warn('this busy host stalled the guest while its kernel measured the APIC timer, and it has no clock now: starting again')
  return true
}
