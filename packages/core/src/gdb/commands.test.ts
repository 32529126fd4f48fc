import { expect, it } from 'vitest'
import { gdbCommands } from './commands.ts'

it('loads the helpers once, only when they can work, and attaches last', () => {
  expect(
    gdbCommands({
      vmlinux: '/b/vmlinux',
      remote: '/run/g.sock',
      source: '/src',
      helpers: '/b/vmlinux-gdb.py',
      slide: 0n,
      ours: { directory: '/k/gdb', settings: '/run/vm/gdb.json' },
      prefixMap: [{ from: '/old', to: '/src' }],
    }),
  ).toBe(
    `set pagination off
set confirm off
set remotetimeout 120
set auto-load off
set stack-cache off
set code-cache off
set substitute-path /old /src
directory /src
file /b/vmlinux
source /b/vmlinux-gdb.py
python import sys; sys.dont_write_bytecode = True; sys.path.insert(0, "/k/gdb")
python import kernelkit_gdb.commands; kernelkit_gdb.commands.start("/run/vm/gdb.json")
target remote /run/g.sock
`,
  )
})
