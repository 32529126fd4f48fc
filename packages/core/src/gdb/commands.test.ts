import { expect, it } from 'vitest'
import { gdbCommands } from './commands.ts'

it('loads the helpers once, only when they can work, and attaches last', () => {
  expect(
    gdbCommands({
      vmlinux: '/b/vmlinux',
      remote: '/run/g.sock',
      source: '/src',
      helpers: '/b/vmlinux-gdb.py',
      prefixMap: [{ from: '/old', to: '/src' }],
    }),
  ).toBe(
    `set pagination off
set confirm off
set auto-load python-scripts off
set substitute-path /old /src
directory /src
file /b/vmlinux
source /b/vmlinux-gdb.py
target remote /run/g.sock
`,
  )
})
