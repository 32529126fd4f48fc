import { join } from 'node:path'
import { editorConfig, editorSetup, gdbCommands } from '@kernelkit/core/gdb'
import { parseGdbSpec } from '@kernelkit/core/options/commands'
import { quoteArgv } from '@kernelkit/core/shell'
import { becomeProgram } from '@kernelkit/host'
import { chooseGdb, findVm, gdbTargetOf, writeGdbFiles } from '@kernelkit/vm/internal/running'
import type { CommandContext, RawOptions } from '../command.ts'

/** `kernelkit gdb`: gdb attached to a running VM, or the configuration with which an editor does that. */
export async function gdb(context: CommandContext, args: readonly string[], raw: RawOptions): Promise<number> {
  const { host } = context
  const [name, ...words] = args
  const { printConfig } = parseGdbSpec(raw, words)
  const state = await findVm(name, host)
  const gdb = context.dryRun ? { program: 'gdb', hasPython: true } : await chooseGdb(host, state.arch)
  const { target, settings, notes } = await gdbTargetOf(host, state, { looks: context.dryRun, ours: gdb.hasPython })
  const text = printConfig === undefined ? gdbCommands(target) : editorSetup(target)
  const fileName = printConfig === undefined ? 'commands.gdb' : 'editor.gdb'
  const commandFile = join(state.directory, fileName)
  const argv: readonly [string, ...string[]] = [gdb.program, '-q', '-x', commandFile, ...words]
  const prepare = async () => {
    for (const note of notes) host.log.info(note)
    if (target.ours === undefined)
      host.log.warn(
        'this gdb has no Python, and therefore no kk- commands and no symbols of modules: install the package gdb of your distribution (Debian: apt-get install gdb)',
      )
    await writeGdbFiles(host, state, { target, settings, name: fileName, text })
  }
  if (printConfig !== undefined) {
    if (!context.dryRun) await prepare()
    const config = editorConfig(printConfig, { name: state.name, gdb: gdb.program, target, setupFile: commandFile })
    if (context.json) context.printJson(config)
    else context.print(JSON.stringify(config, undefined, 2))
    return 0
  }
  if (context.json) {
    context.printJson({ vm: state.name, vmlinux: target.vmlinux, remote: target.remote, commands: text, argv, notes })
    if (context.dryRun) return 0
  }
  if (context.dryRun) {
    context.print(`# ${commandFile}\n${text}${quoteArgv(argv)}`)
    return 0
  }
  await prepare()
  const program = await host.which(gdb.program)
  return becomeProgram(host, [program ?? gdb.program, ...argv.slice(1)])
}
