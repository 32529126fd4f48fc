import type { CommandDefinition } from '../command.ts'

export const historyCommand: CommandDefinition = {
  name: 'history',
  summary: 'how often the tests of this project passed, by test and kernel, and how long they take',
  example: 'kernelkit history smoke',
  define: (command) => {
    command.argument('[names...]', 'the tests to show (default: all)')
  },
  load: async () => (await import('../handlers/history.ts')).history,
}
