import type { CommandDefinition } from '../command.ts'

export const gdbCommand: CommandDefinition = {
  name: 'gdb',
  summary: "gdb on a running VM's kernel, symbols and helpers set",
  example: 'kernelkit run --gdb --keep --name debug -- true && kernelkit gdb debug',
  define: (command) => {
    command.argument('[vm]', 'name or id of the VM (default: the only one that runs)')
    command.argument('[gdb-args...]', "words for gdb, after --, such as -batch -ex 'bt'")
  },
  load: async () => (await import('../handlers/gdb.ts')).gdb,
}
