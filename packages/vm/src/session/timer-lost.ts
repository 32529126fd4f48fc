import type { Logger } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import type { WatchFacts } from './watch-vm.ts'

// Seen in about 2 of 100 boots of a host under eightfold load, never on a quiet one.
const mostStarts = 3

/** Everything but a microvm has a PIT or HPET that ticks beside the APICs' timers. */
export function hasOtherTimer({ launch }: Pick<VmPlan, 'launch'>): boolean {
  return launch.machine !== 'microvm'
}

/** Whether a guest that lost its only timer while it booted is worth another start; says so. */
export function startsAgain(log: Logger, facts: Pick<WatchFacts, 'timerLost'>, starts: number): boolean {
  if (!facts.timerLost || starts >= mostStarts) return false
  log.warn('this busy host stalled the guest while its kernel measured the APIC timer, and it has no clock now: starting again')
  return true
}
