import type { Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** The guest's panic as a QMP event, besides the text on the console. */
export function pvpanicArgs(launch: Pick<QemuLaunch, 'machine'>): Argv {
  return [
    // pvpanic-pci needs PCI; microvm tells of a panic on the console only.
    launch.machine === 'microvm' ? [] : ['-device', 'pvpanic-pci'],
    // Only report: QEMU's default ends the guest inside panic(), before the rest of the trace is printed.
    ['-action', 'panic=none'],
  ].flat()
}
