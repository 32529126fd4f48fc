import { expect, it } from 'vitest'
import { gdbCommands } from './commands.ts'

it('trusts the folders before anything is loaded and attaches last', () => {
  expect(
    gdbCommands({
      vmlinux: '/b/vmlinux',
      remote: '/run/g.sock',
      source: '/src',
      build: '/b',
      helpers: '/b/vmlinux-gdb.py',
      prefixMap: [{ from: '/old', to: '/src' }],
    }),
  ).toBe(
    `set pagination off
set confirm off
add-auto-load-safe-path /src
add-auto-load-safe-path /b
set substitute-path /old /src
directory /src
file /b/vmlinux
source /b/vmlinux-gdb.py
target remote /run/g.sock
`,
  )
})
