import { optionValue, type Argv } from './concern.ts'
import { join } from './join.ts'
import { chardevArgs } from './chardev.ts'
import type { QemuLaunch, Transport } from './launch.ts'

/** Name of the gdb stub's unix socket in the VM's folder. */
export const gdbSocketName = 'gdb.sock'

/** QEMU's control socket and the gdb stub. */
export function debugArgs(launch: QemuLaunch, transport: Transport): Argv {
  return [
    chardevArgs('qmp', launch, transport),
    // control: QMP, one JSON document a line, instead of the monitor for people.
    ['-mon', 'chardev=qmp,mode=control'],
    gdbArgs(launch),
    // No instruction is run before the debugger says continue.
    launch.waitForDebugger ? ['-S'] : [],
  ].flat()
}

function gdbArgs(launch: QemuLaunch): Argv {
  if (launch.gdb === undefined) return []
  // Bound to this machine only: whoever reaches the stub owns the guest.
  if (launch.gdb.kind === 'tcp') return ['-gdb', `tcp:127.0.0.1:${launch.gdb.port}`]
  // A unix socket in a private folder: one per VM, no port to choose, nobody else may connect.
  const path = join(launch.runtimeFolder, gdbSocketName)
  return ['-chardev', `socket,id=gdb,path=${optionValue(path)},server=on,wait=off`, '-gdb', 'chardev:gdb']
}
