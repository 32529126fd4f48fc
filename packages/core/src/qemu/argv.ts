import { accelArgs } from './accel.ts'
import { agentArgs } from './agent.ts'
import type { Argv } from './concern.ts'
import { consoleArgs } from './console.ts'
import { debugArgs } from './debug.ts'
import { driveArgs } from './drive.ts'
import { kernelArgs } from './kernel.ts'
import type { QemuLaunch, Transport } from './launch.ts'
import { machineArgs } from './machine.ts'
import { memoryArgs } from './memory.ts'
import { networkArgs } from './network.ts'
import { pvpanicArgs } from './pvpanic.ts'
import { rngArgs } from './rng.ts'
import { shareArgs } from './share.ts'
import { terminalArgs } from './terminal.ts'

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
    ...pvpanicArgs(launch),
    ...debugArgs(launch, transport),
    // The user's own words come last: QEMU lets a later option win.
    ...launch.extraArgs,
  ]
}

/** virtio devices of a launch: microvm has 24 slots (QEMU hw/i386/microvm.c, VIRTIO_NUM_TRANSPORTS with the second IO-APIC). */
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

/** Slots of microvm with ACPI on. */
export const microvmSlots = 24
