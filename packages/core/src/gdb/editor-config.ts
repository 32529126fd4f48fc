import { gdbSetup, type GdbTarget } from './commands.ts'

/** Visual Studio Code's launch.json, or an attach request of the Debug Adapter Protocol. */
export type EditorForm = 'vscode' | 'dap'

export interface EditorTarget {
  /** Of the VM. */
  readonly name: string
  readonly target: GdbTarget
  /** The program. */
  readonly gdb: string
  /** Where `editorSetup` is written. */
  readonly setupFile: string
}

/** The command file that an editor's gdb reads before it attaches. */
export function editorSetup(target: GdbTarget): string {
  return `${gdbSetup(target)}${keepVm}`
}

// An editor kills what it launched when its session ends: the stub of QEMU would end the VM. The kill that follows finds no program.
const keepVm = `define hook-kill
  detach
end
`

/** The document for an editor; the VM must be running while it is used. */
export function editorConfig(form: EditorForm, { name, gdb, target, setupFile }: EditorTarget): Readonly<Record<string, unknown>> {
  const title = `kernelkit: ${name}`
  if (form === 'vscode') {
    const map = Object.fromEntries(target.prefixMap.map(({ from, to }) => [from, to]))
    const configuration = {
      name: title,
      type: 'cppdbg',
      request: 'launch',
      program: target.vmlinux,
      cwd: target.source ?? '/',
      MIMode: 'gdb',
      miDebuggerPath: gdb,
      // Instead of the extension's own: it would load the symbols without the offset of KASLR.
      customLaunchSetupCommands: [
        { description: 'Symbols, source and commands of kernelkit', text: `source ${setupFile}` },
        { description: 'Attach to the VM', text: `-target-select remote ${target.remote}` },
      ],
      launchCompleteCommand: 'None',
      ...(target.prefixMap.length === 0 ? {} : { sourceFileMap: map }),
    }
    return { version: '0.2.0', configurations: [configuration] }
  }
  return {
    name: title,
    type: 'gdb',
    request: 'attach',
    // gdb 14 and later is an adapter.
    command: gdb,
    args: ['-q', '-x', setupFile, '-i', 'dap'],
    target: target.remote,
    cwd: target.source ?? '/',
  }
}
