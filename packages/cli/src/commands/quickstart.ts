import type { CommandDefinition } from '../command.ts'

export const quickstartCommand: CommandDefinition = {
  name: 'quickstart',
  summary: 'the whole workflow on this machine: kernel, image, boot, a command in the guest',
  example: 'kernelkit quickstart',
  load: async () => (await import('../handlers/quickstart.ts')).quickstart,
}
