import { join } from './join.ts'
import { optionValue, type Argv } from './concern.ts'
import { consolePipe, qemuFds, type QemuLaunch, type Transport } from './launch.ts'

/**
 * The host's end of one channel. At run time a connected socket pair: no file, no path limit, nothing to clean up, and each side
 * sees when the other dies. But for the console: a serial port writes byte by byte, of which a socket takes some 300 and a pipe
 * 65,536, and what finds no place within 10 ms is overwritten by the kernel's driver (wait_for_lsr() of 8250_port.c). Standalone: a unix socket in the VM's folder (wait=off: the guest starts without a client).
 */
export function chardevArgs(
  channel: keyof typeof qemuFds | 'console',
  launch: Pick<QemuLaunch, 'runtimeFolder'>,
  transport: Transport,
): Argv {
  if (channel === 'console') {
    // The console of a pasted command line is the terminal that it was pasted into; Ctrl-C ends QEMU.
    return ['-chardev', transport === 'fd' ? `pipe,id=console,path=${optionValue(consolePipe(launch))}` : 'stdio,id=console']
  }
  if (transport === 'fd') return ['-chardev', `socket,id=${channel},fd=${qemuFds[channel]}`]
  return ['-chardev', `socket,id=${channel},path=${optionValue(join(launch.runtimeFolder, `${channel}.sock`))},server=on,wait=off`]
}
