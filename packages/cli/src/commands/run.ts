import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'
import { repeatable } from '../options.ts'
import { addVmOptions } from './vm-options.ts'

export const runCommandDefinition: CommandDefinition = {
  name: 'run',
  summary: 'boot, run one command, end with its verdict',
  example: "kernelkit run --root host -- sh -c 'uname -r; id'",
  define: (command) => {
    command.argument('[command...]', 'command in the guest; one word with blanks is a shell line, none on a terminal is a shell')
    const group = 'Command:'
    const add = (option: Option) => command.addOption(option.helpGroup(group))
    add(new Option('-e, --env <name[=value]>', 'a variable for the command').argParser(repeatable))
    add(new Option('--stdin', 'the command reads what this one is given'))
    add(new Option('-t, --tty', 'a terminal for the command'))
    add(new Option('--timeout <time>', "the command's time (default: none)"))
    add(new Option('--console <when>', "the kernel's console on stderr: auto (the end of it, when the verdict is not pass), always, never"))
    add(
      new Option(
        '--format <kind>',
        'results on stdout: auto (a TAP or KTAP version line begins them), exit (the status alone), tap, ktap (default: auto)',
      ),
    )
    add(new Option('--kunit [glob]', 'no command: the KUnit suites inside the kernel; --kunit=GLOB chooses among them'))
    add(new Option('--junit <file>', 'the results and the verdict as JUnit XML'))
    addVmOptions(command, { single: true })
  },
  projectBlock: () => 'vm',
  load: async () => (await import('../handlers/run.ts')).run,
}
