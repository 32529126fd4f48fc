import type { CommandDefinition } from '../command.ts'

export const trustCommand: CommandDefinition = {
  name: 'trust',
  summary: 'consent to what kernelkit.yaml does beyond its project, after showing it',
  example: 'kernelkit trust kernelkit.yaml',
  define: (command) => {
    command.argument('[file]', 'a kernelkit.yaml or its directory (default: the nearest)')
  },
  load: async () => (await import('../handlers/trust.ts')).trust,
}
