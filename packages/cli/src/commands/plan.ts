import type { CommandDefinition } from '../command.ts'

export const planCommand: CommandDefinition = {
  name: 'plan',
  summary: 'the tests divided for several machines: a matrix for GitHub, a pipeline for GitLab, a Job for Kubernetes',
  example: 'kernelkit plan --shards 4 --for github',
  define: (command) => {
    command.argument('[file]', 'a kernelkit.yaml or its directory (default: the nearest); it has a slash or ends in .yaml')
    command.argument('[names...]', 'the tests (default: all)')
  },
  load: async () => (await import('../handlers/plan.ts')).plan,
}
