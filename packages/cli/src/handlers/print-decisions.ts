import type { Host } from '@kernelkit/host'
import { gdbLines, type PreparedVm } from '@kernelkit/vm/internal'

/** Prints what was decided about a VM, and how it is debugged, before it starts. */
export function printDecisions({ log }: Pick<Host, 'log'>): (prepared: PreparedVm) => void {
  return ({ plan, place }) => {
    for (const line of [...plan.lines, ...gdbLines(plan, place.name)]) log.info(line)
    for (const line of plan.confinement.details) log.detail(line)
    for (const line of plan.warnings) log.warn(line)
  }
}
