import type { CommandDefinition } from '../command.ts'

export const sinceCommand: CommandDefinition = {
  name: 'since',
  summary: 'the first kernel that a command passes on, by binary search over releases',
  example: 'kernelkit since --root host -- ./my-test',
  define: (command) => {
    command.argument('<command...>', 'command in the guest; one word with blanks is a shell line')
  },
  projectBlock: () => 'vm',
  load: async () => (await import('../handlers/since.ts')).since,
}
