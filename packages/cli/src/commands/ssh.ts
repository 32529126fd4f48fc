import type { CommandDefinition } from '../command.ts'

export const sshCommand: CommandDefinition = {
  name: 'ssh',
  summary: 'ssh into a running VM',
  example: 'kernelkit ssh debug -- uname -a',
  define: (command) => {
    command.argument('[vm]', 'name or id, as `kernelkit ps` shows it (default: the only one that runs)')
    command.argument('[command...]', "command in the guest; one word is a line for the guest's shell, none is a login")
    command.addHelpText('after', '\nExit status: that of the command; 255 when ssh itself failed.')
  },
  load: async () => (await import('../handlers/ssh.ts')).ssh,
}
