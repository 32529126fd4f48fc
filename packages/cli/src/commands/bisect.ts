import type { CommandDefinition } from '../command.ts'

export const bisectCommand: CommandDefinition = {
  name: 'bisect',
  summary: 'the commit that breaks a command: git bisect over builds and boots',
  example: 'kernelkit bisect v6.11 HEAD -- ./my-test',
  define: (command) => {
    command.argument('[words...]', 'GOOD BAD COMMAND: a commit that it passes on, one that it fails on, the command in the guest')
  },
  projectBlock: () => 'vm',
  load: async () => (await import('../handlers/bisect.ts')).bisect,
}
