import type { CommandDefinition } from '../command.ts'

export const htmlCommand: CommandDefinition = {
  name: 'html',
  summary: 'results of run and test as one page: table, failures, consoles',
  example: 'kernelkit html artifacts -o report.html',
  define: (command) => {
    command.argument('<results>', 'the directory of a run or of several, or a file with what run or test --json printed')
  },
  load: async () => (await import('../handlers/html.ts')).html,
}
