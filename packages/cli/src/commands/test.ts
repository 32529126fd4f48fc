import type { CommandDefinition } from '../command.ts'

export const testCommand: CommandDefinition = {
  name: 'test',
  summary: 'build, bake and run every test of kernelkit.yaml, one summary',
  example: 'kernelkit test smoke --junit results.xml',
  define: (command) => {
    command.argument('[file]', 'a kernelkit.yaml or its directory (default: the nearest); it has a slash or ends in .yaml')
    command.argument('[names...]', 'the tests to run (default: all)')
  },
  load: async () => (await import('../handlers/test.ts')).test,
}
