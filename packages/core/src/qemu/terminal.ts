import { chardevArgs } from './chardev.ts'
import { virtioBus, type Argv } from './concern.ts'
import type { QemuLaunch, Transport } from './launch.ts'

/** hvc0, a login terminal for people. */
export function terminalArgs(launch: QemuLaunch, transport: Transport): Argv {
  if (!launch.terminal) return []
  return [
    chardevArgs('terminal', launch, transport),
    // max_ports=1: the port is added while the driver probes. With more ports it comes later, over a work queue that nobody waits for.
    ['-device', `virtio-serial-${virtioBus(launch)},id=terminals,max_ports=1`],
    ['-device', 'virtconsole,bus=terminals.0,chardev=terminal'],
  ].flat()
}
