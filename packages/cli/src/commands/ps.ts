import type { CommandDefinition } from '../command.ts'

export const psCommand: CommandDefinition = {
  name: 'ps',
  summary: 'the VMs of this user',
  example: 'kernelkit ps',
  load: async () => (await import('../handlers/ps.ts')).ps,
}
