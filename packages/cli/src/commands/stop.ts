import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'

export const stopCommand: CommandDefinition = {
  name: 'stop',
  summary: 'end a running VM',
  example: 'kernelkit stop debug',
  define: (command) => {
    command.argument('[vm]', 'name or id (default: the only one that runs)')
    command.addOption(new Option('--all', 'every VM of this user'))
    command.addOption(new Option('--kill', 'end QEMU at once instead of powering the guest off'))
  },
  load: async () => (await import('../handlers/stop.ts')).stop,
}
