import type { CommandDefinition } from '../command.ts'

export const completionCommand: CommandDefinition = {
  name: 'completion',
  summary: 'completion script for bash, zsh or fish',
  example: 'source <(kernelkit completion bash)',
  define: (command) => {
    command.argument('<shell>', 'bash, zsh or fish')
  },
  load: async () => (await import('../handlers/completion.ts')).completion,
}
