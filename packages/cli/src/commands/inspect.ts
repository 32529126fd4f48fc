import type { CommandDefinition } from '../command.ts'

export const inspectCommand: CommandDefinition = {
  name: 'inspect',
  summary: "what a running VM's CPUs are doing, seen from outside",
  example: 'kernelkit inspect debug',
  define: (command) => {
    command.argument('[vm]', 'name or id (default: the only one that runs)')
  },
  load: async () => (await import('../handlers/inspect.ts')).inspect,
}
