import type { CommandDefinition } from '../command.ts'

export const stopCommand: CommandDefinition = {
  name: 'stop',
  summary: 'end a running VM',
  example: 'kernelkit stop debug',
  define: (command) => {
    command.argument('[vm]', 'name or id (default: the only one that runs)')
  },
  load: async () => (await import('../handlers/stop.ts')).stop,
}
