import { join } from 'node:path'
import { gdbSocketName, type QemuLaunch } from '@kernelkit/core/qemu'

/** What gdb's `target remote` takes, `undefined` for a VM without a stub. */
export function gdbRemote(launch: Pick<QemuLaunch, 'gdb' | 'runtimeFolder'>): string | undefined {
  if (launch.gdb === undefined) return undefined
  return launch.gdb.kind === 'tcp' ? `127.0.0.1:${launch.gdb.port}` : join(launch.runtimeFolder, gdbSocketName)
}
