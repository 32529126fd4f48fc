import type { CommandDefinition } from '../command.ts'

export const sshCommand: CommandDefinition = {
  name: 'ssh',
  summary: 'ssh into a running VM',
  example: 'kernelkit ssh debug -- uname -a',
  define: (command) => {
    command.argument('<vm>', 'name or id, as `kernelkit ps` shows it')
    command.argument('[command...]', "command for the guest's shell (default: a login)")
  },
  load: async () => (await import('../handlers/ssh.ts')).ssh,
}
