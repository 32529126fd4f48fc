import type { CommandDefinition } from '../command.ts'

export const initCommand: CommandDefinition = {
  name: 'init',
  summary: 'first files of a project: kernelkit.yaml and a workflow',
  example: 'kernelkit init --ci gitlab',
  define: (command) => {
    command.argument('[directory]', 'the project (default: the working directory)')
  },
  load: async () => (await import('../handlers/init.ts')).init,
}
