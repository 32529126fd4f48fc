import type { CommandDefinition } from '../command.ts'

export const matrixCommand: CommandDefinition = {
  name: 'matrix',
  summary: 'every test of kernelkit.yaml on many kernels, one table, one verdict',
  example: 'kernelkit matrix smoke -k debian:11/cloud -k debian:12/cloud -k built',
  define: (command) => {
    command.argument('[file]', 'a kernelkit.yaml or its directory (default: the nearest); it has a slash or ends in .yaml')
    command.argument('[names...]', 'the tests to run (default: all)')
  },
  load: async () => (await import('../handlers/matrix.ts')).matrix,
}
