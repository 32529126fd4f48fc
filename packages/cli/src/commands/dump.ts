import type { CommandDefinition } from '../command.ts'

export const dumpCommand: CommandDefinition = {
  name: 'dump',
  summary: "a running VM's memory as a file for crash and drgn",
  example: 'kernelkit dump debug --out memory.vmcore && crash vmlinux memory.vmcore',
  define: (command) => {
    command.argument('[vm]', 'name or id (default: the only one that runs)')
  },
  load: async () => (await import('../handlers/dump.ts')).dump,
}
