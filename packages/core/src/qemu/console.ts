import { chardevArgs } from './chardev.ts'
import type { Argv } from './concern.ts'
import type { QemuLaunch, Transport } from './launch.ts'

/** The kernel console: a 16550 on every machine, from the first message to the last, without loss (hvc0 has neither). */
export function consoleArgs(launch: QemuLaunch, transport: Transport): Argv {
  return [...chardevArgs('console', launch, transport), '-serial', 'chardev:console']
}
