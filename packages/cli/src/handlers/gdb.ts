import { join } from 'node:path'
import { gdbCommands } from '@kernelkit/core/gdb'
import { quoteArgv } from '@kernelkit/core/shell'
import { becomeProgram, gdbRequirements, requireAll } from '@kernelkit/host'
import { findVm, gdbTargetOf } from '@kernelkit/vm/internal/running'
import type { CommandContext } from '../command.ts'

/** `kernelkit gdb`: gdb attached to a running VM. */
export async function gdb(context: CommandContext, args: readonly string[]): Promise<number> {
  const { host } = context
  const [name, ...words] = args
  const state = await findVm(name, host)
  const { target, notes } = await gdbTargetOf(host, state)
  const text = gdbCommands(target)
  const commandFile = join(state.directory, 'commands.gdb')
  const argv: readonly [string, ...string[]] = ['gdb', '-q', '-x', commandFile, ...words]
  if (context.json) {
    context.printJson({ vm: state.name, vmlinux: target.vmlinux, remote: target.remote, commands: text, argv, notes })
    if (context.dryRun) return 0
  }
  if (context.dryRun) {
    context.print(`# ${commandFile}\n${text}${quoteArgv(argv)}`)
    return 0
  }
  await requireAll(host, gdbRequirements, { user: 'gdb' })
  for (const note of notes) host.log.info(note)
  await host.fs.writeFile(commandFile, text, { mode: 0o600 })
  const program = await host.which('gdb')
  return becomeProgram(host, [program ?? 'gdb', ...argv.slice(1)])
}
