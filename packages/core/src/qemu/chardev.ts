import { consolePipe, join, optionValue, qemuFds, type Argv, type QemuLaunch, type Transport } from './launch.ts'

/**
 * The host's end of one channel. At run time a connected socket pair: no file, no path limit, nothing to clean up, and each side
 * sees when the other dies. But for the console: a serial port writes byte by byte, of which a socket takes some 300 and a pipe
 * 65,536, and what does not fit within 10 ms is overwritten by the kernel's driver (wait_for_lsr()). Standalone: a unix socket in the VM's directory (wait=off: the guest starts without a client).
 */
export function chardevArgs(
  channel: keyof typeof qemuFds | 'console',
  launch: Pick<QemuLaunch, 'runtimeDirectory'>,
  transport: Transport,
): Argv {
  if (channel === 'console') {
    // The console of a pasted command line is the terminal that it was pasted into; Ctrl-C ends QEMU.
    return ['-chardev', transport === 'fd' ? `pipe,id=console,path=${optionValue(consolePipe(launch))}` : 'stdio,id=console']
  }
  if (transport === 'fd') return ['-chardev', `socket,id=${channel},fd=${qemuFds[channel]}`]
  return ['-chardev', `socket,id=${channel},path=${optionValue(join(launch.runtimeDirectory, `${channel}.sock`))},server=on,wait=off`]
}

/** Name of the gdb stub's unix socket in the VM's directory. */
export const gdbSocketName = 'gdb.sock'

/** Where QEMU listens at run time, below the VM's directory; the name above leads there. QEMU sees nothing else of that directory. */
export const gdbStub = { directory: 'gdb', socket: 'gdb/stub.sock' } as const

/** QEMU's control socket and the gdb stub. */
export function debugArgs(launch: QemuLaunch, transport: Transport): Argv {
  return [
    chardevArgs('qmp', launch, transport),
    // control: QMP, one JSON document a line, instead of the monitor for people.
    ['-mon', 'chardev=qmp,mode=control'],
    gdbArgs(launch, transport),
    // No instruction is run before the debugger says continue.
    launch.waitForDebugger ? ['-S'] : [],
  ].flat()
}

/**
 * Always a unix socket in a private directory, which no other user may enter: the stub controls the guest, and by monitor commands
 * (`pmemsave`) it writes files of this host. A port leads there through a filter (core/gdb).
 */
function gdbArgs(launch: QemuLaunch, transport: Transport): Argv {
  if (launch.gdb === undefined) return []
  const path = join(launch.runtimeDirectory, transport === 'fd' ? gdbStub.socket : gdbSocketName)
  return ['-chardev', `socket,id=gdb,path=${optionValue(path)},server=on,wait=off`, '-gdb', 'chardev:gdb']
}
