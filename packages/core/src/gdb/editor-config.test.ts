import { describe, expect, it } from 'vitest'
import { gdbCommands } from './commands.ts'
import { editorConfig, editorSetup } from './editor-config.ts'

const target = {
  vmlinux: '/b/vmlinux',
  remote: '/run/g.sock',
  source: '/src',
  helpers: undefined,
  slide: 0x1000n,
  ours: { directory: '/k/gdb', settings: '/run/vm/gdb.json' },
  prefixMap: [],
}

describe('the configuration for an editor', () => {
  it('of Visual Studio Code attaches to the stub after the symbols are loaded where the kernel is', () => {
    expect(editorConfig('vscode', { name: 'debug', target, setupFile: '/run/vm/editor.gdb', gdb: 'gdb' })).toEqual({
      version: '0.2.0',
      configurations: [
        {
          name: 'kernelkit: debug',
          type: 'cppdbg',
          request: 'launch',
          program: '/b/vmlinux',
          cwd: '/src',
          MIMode: 'gdb',
          miDebuggerPath: 'gdb',
          customLaunchSetupCommands: [
            { description: 'Symbols, source and commands of kernelkit', text: 'source /run/vm/editor.gdb' },
            { description: 'Attach to the VM', text: '-target-select remote /run/g.sock' },
          ],
          launchCompleteCommand: 'None',
        },
      ],
    })
  })

  it('of Visual Studio Code maps the prefixes that the build cut off', () => {
    const mapped = { ...target, prefixMap: [{ from: '/old', to: '/src' }] }
    expect(editorConfig('vscode', { name: 'debug', target: mapped, setupFile: '/s', gdb: 'gdb' })).toMatchObject({
      configurations: [{ sourceFileMap: { '/old': '/src' } }],
    })
  })

  it('of the Debug Adapter Protocol starts gdb as the adapter and leaves the attaching to its request', () => {
    expect(editorConfig('dap', { name: 'debug', target, setupFile: '/run/vm/editor.gdb', gdb: 'gdb' })).toEqual({
      name: 'kernelkit: debug',
      type: 'gdb',
      request: 'attach',
      command: 'gdb',
      args: ['-q', '-x', '/run/vm/editor.gdb', '-i', 'dap'],
      target: '/run/g.sock',
      cwd: '/src',
    })
  })

  it('has the commands of kernelkit gdb but the last, and detaches instead of killing the VM', () => {
    const setup = editorSetup(target)
    const shared = gdbCommands(target).split('\n').slice(0, -2).join('\n')
    expect(setup).toBe(`${shared}\ndefine hook-kill\n  detach\nend\n`)
    expect(setup).not.toContain('target remote')
  })
})
