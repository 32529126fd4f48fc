import { debugArgs, gdbStub } from './chardev.ts'
import { confinedArgv } from '../confine/confined-argv.ts'
import type { HostPath } from '../confine/index.ts'
import { agentArgs, consoleArgs, driveArgs, networkArgs, alarmArgs, rngArgs, shareArgs, terminalArgs } from './devices.ts'
import { consolePipe, join, type Argv, type QemuLaunch, type Transport } from './launch.ts'
import { accelArgs, kernelArgs, machineArgs, memoryArgs, sandboxArgs } from './machine.ts'
import { daemonShares, daemonSocket } from './virtiofsd.ts'

/** The whole QEMU command line of a launch, program first. Options of QEMU 6.2 to 10; only chardev lines and the filter of the network depend on the transport. */
export function qemuArgv(launch: QemuLaunch, transport: Transport): Argv {
  return [
    launch.qemu,
    ...machineArgs(launch),
    ...sandboxArgs(launch),
    ...accelArgs(launch),
    ...memoryArgs(launch),
    ...kernelArgs(launch),
    ...consoleArgs(launch, transport),
    ...agentArgs(launch, transport),
    ...terminalArgs(launch, transport),
    ...driveArgs(launch),
    ...shareArgs(launch),
    ...networkArgs(launch, transport),
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

/** What is started for a launch: QEMU, where it needs it with what hides this host's files from it. */
export function launchArgv(launch: QemuLaunch, transport: Transport): Argv {
  const { confinement } = launch
  const argv = qemuArgv(launch, transport)
  // setuid programs and file capabilities give nothing any more. At run time QEMU dies with the process that owns it, whatever ends that.
  const setpriv = [...(transport === 'fd' ? ['--pdeathsig', 'KILL'] : []), '--no-new-privs']
  if (confinement === undefined) return transport === 'fd' ? ['setpriv', ...setpriv, ...argv] : argv
  const own = ownPaths(launch, transport)
  // Not in a directory that is shown again inside of a cover: mount(8) would take that copy for the stage.
  const stage = transport === 'standalone' ? `${launch.runtimeDirectory}.stage` : stageDirectory(launch)
  return confinedArgv({ ...confinement, needed: [...confinement.needed, ...own] }, { argv, stage, setpriv })
}

/** Takes what covers hidden paths at run time; made beforehand, it saves the start a program. */
export function stageDirectory({ runtimeDirectory }: Pick<QemuLaunch, 'runtimeDirectory'>): string {
  return join(runtimeDirectory, 'stage')
}

/** What QEMU opens in the directories of this VM. */
function ownPaths({ runtimeDirectory, overlayDirectory, drives, shares, gdb }: QemuLaunch, transport: Transport): readonly HostPath[] {
  const hasOverlays = drives.some(({ mode }) => mode === 'snapshot')
  const directories = [
    ...(transport === 'standalone' ? [runtimeDirectory] : []),
    ...(transport === 'fd' && gdb !== undefined ? [join(runtimeDirectory, gdbStub.directory)] : []),
    ...(hasOverlays ? [overlayDirectory ?? runtimeDirectory] : []),
  ]
  const sockets = daemonShares({ shares }).map(({ index }) => daemonSocket({ runtimeDirectory }, index))
  const pipes = transport === 'fd' ? ['in', 'out'].map((end) => `${consolePipe({ runtimeDirectory })}.${end}`) : []
  return [
    ...directories.map((path) => ({ path, kind: 'directory' }) as const),
    ...[...pipes, ...sockets].map((path) => ({ path, kind: 'file' }) as const),
  ]
}
