import { join } from './join.ts'
import { optionValue, type Argv } from './concern.ts'
import { qemuFds, type QemuLaunch, type Transport } from './launch.ts'

/**
 * The host's end of one channel. At run time a connected socket pair: no file, no path limit, nothing to clean up, and each side
 * sees when the other dies. Standalone: a unix socket in the VM's folder (wait=off: the guest starts without a client).
 */
export function chardevArgs(channel: keyof typeof qemuFds, launch: Pick<QemuLaunch, 'runtimeFolder'>, transport: Transport): Argv {
  if (transport === 'fd') return ['-chardev', `socket,id=${channel},fd=${qemuFds[channel]}`]
  // The console of a pasted command line is the terminal that it was pasted into; Ctrl-C ends QEMU.
  if (channel === 'console') return ['-chardev', 'stdio,id=console']
  return ['-chardev', `socket,id=${channel},path=${optionValue(join(launch.runtimeFolder, `${channel}.sock`))},server=on,wait=off`]
}
