import { join } from 'node:path'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import { gdbStub } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import { overlayStub, type VmState } from '../process/vm-state.ts'
import type { Vm } from '../vm.ts'

/** Where the stub of a VM listens that was started without one; it does not stop the guest. Throws NO_GDB_STUB. */
export async function switchOnStub(
  host: Pick<Host, 'fs'>,
  { vm, state }: { readonly vm: Pick<Vm, 'qmp'>; readonly state: VmState },
): Promise<string> {
  await host.fs.mkdir(join(state.directory, gdbStub.directory), { recursive: true, mode: 0o700 })
  const refusals: string[] = []
  for (const path of stubPlaces(state)) {
    if (await host.fs.exists(path)) return path
    // A unix socket: only its owner connects. QEMU's answer is a sentence, errors included.
    const answer = String(await vm.qmp('human-monitor-command', { 'command-line': `gdbserver unix:${path},server=on,wait=off` })).trim()
    if (await host.fs.exists(path)) return path
    refusals.push(answer)
  }
  throw new UserError('NO_GDB_STUB', `QEMU opens no gdb stub for the VM '${state.name}': ${refusals.join('; ')}.`, {
    hint: message`Start it with ${option('gdb')}, for instance ${command('kernelkit run --gdb --keep --name debug -- true')}.`,
    details: { name: state.name },
  })
}

/** A QEMU from which this host is hidden sees nothing of the VM's own directory. */
export function stubPlaces({ directory, facts, id }: Pick<VmState, 'directory' | 'facts' | 'id'>): readonly string[] {
  const overlay = overlayStub({ facts, id })
  return [join(directory, gdbStub.socket), ...(overlay === undefined ? [] : [overlay])]
}
