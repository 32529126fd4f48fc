import { debugArgs } from './chardev.ts'
import { agentArgs, consoleArgs, driveArgs, networkArgs, alarmArgs, rngArgs, shareArgs, terminalArgs } from './devices.ts'
import type { Argv, QemuLaunch, Transport } from './launch.ts'
import { accelArgs, kernelArgs, machineArgs, memoryArgs } from './machine.ts'

/** The whole QEMU command line of a launch, program first. Options of QEMU 6.2 to 10; only chardev lines depend on the transport. */
export function qemuArgv(launch: QemuLaunch, transport: Transport): Argv {
  return [
    launch.qemu,
    ...machineArgs(launch),
    ...accelArgs(launch),
    ...memoryArgs(launch),
    ...kernelArgs(launch),
    ...consoleArgs(launch, transport),
    ...agentArgs(launch, transport),
    ...terminalArgs(launch, transport),
    ...driveArgs(launch),
    ...shareArgs(launch),
    ...networkArgs(launch),
    ...rngArgs(launch),
    ...alarmArgs(launch),
    ...debugArgs(launch, transport),
    // The user's own words come last: QEMU lets a later option win.
    ...launch.extraArgs,
  ]
}

/** virtio devices of a launch: not every machine has a slot for each. */
export function virtioDeviceCount(launch: Pick<QemuLaunch, 'agent' | 'terminal' | 'drives' | 'shares' | 'network'>): number {
  return (
    Number(launch.agent) +
    Number(launch.terminal) +
    launch.drives.length +
    launch.shares.length +
    Number(launch.network.kind === 'user') +
    1 // rng
  )
}
