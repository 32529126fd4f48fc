import { join } from 'node:path'
import { gdbCommands } from '@kernelkit/core/gdb'
import type { Host } from '@kernelkit/host'
import type { VmState } from '../process/vm-state.ts'
import type { ResolvedGdb } from './gdb-target.ts'

/** Writes what gdb reads into the VM's directory; answers with the path of its command file, by default `commands.gdb` with all of it. */
export async function writeGdbFiles(
  host: Pick<Host, 'fs'>,
  state: Pick<VmState, 'directory'>,
  {
    target,
    settings,
    name = 'commands.gdb',
    text = gdbCommands(target),
  }: Pick<ResolvedGdb, 'target' | 'settings'> & { readonly name?: string; readonly text?: string },
): Promise<string> {
  const path = join(state.directory, name)
  if (target.ours !== undefined) await host.fs.writeFile(target.ours.settings, JSON.stringify(settings), { mode: 0o600 })
  await host.fs.mkdir(settings.scratch, { recursive: true, mode: 0o700 })
  await host.fs.writeFile(path, text, { mode: 0o600 })
  return path
}
