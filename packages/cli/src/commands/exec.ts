import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'
import { repeatable } from '../options.ts'

export const execCommand: CommandDefinition = {
  name: 'exec',
  summary: 'run a command in a running VM',
  example: 'kernelkit exec debug -- dmesg',
  define: (command) => {
    command.argument('<vm>', 'name or id, as `kernelkit ps` shows it')
    command.argument('[command...]', 'command in the guest; one word with blanks is a shell line, none on a terminal is a shell')
    command.addOption(new Option('-e, --env <name[=value]>', 'a variable for the command').argParser(repeatable))
    command.addOption(new Option('-w, --cwd <dir>', "the command's folder in the guest (default: that of the VM's own command)"))
    command.addOption(new Option('-u, --user <name>', "a user of the guest's /etc/passwd (default: root)"))
    command.addOption(new Option('--stdin', 'the command reads what this one is given'))
    command.addOption(new Option('-t, --tty', 'a terminal for the command'))
  },
  load: async () => (await import('../handlers/exec.ts')).exec,
}
