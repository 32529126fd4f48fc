import type { CommandDefinition } from '../command.ts'

export const execCommand: CommandDefinition = {
  name: 'exec',
  summary: 'run a command in a running VM',
  example: 'kernelkit exec debug -- dmesg',
  define: (command) => {
    command.argument('[vm]', 'name or id, as `kernelkit ps` shows it (default: the only one that runs)')
    command.argument('[command...]', 'command in the guest; one word with blanks is a shell line, none on a terminal is a shell')
  },
  load: async () => (await import('../handlers/exec.ts')).exec,
}
