import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'
import { repeatable } from '../options.ts'
import { addVmOptions } from './vm-options.ts'

export const testCommand: CommandDefinition = {
  name: 'test',
  summary: 'build, bake and run every test of kernelkit.yaml, one summary',
  example: 'kernelkit test smoke --junit results.xml',
  define: (command) => {
    command.argument('[file]', 'a kernelkit.yaml or its folder (default: the nearest); told by a slash or its ending')
    command.argument('[names...]', 'the tests to run (default: all)')
    const group = 'Tests:'
    const add = (option: Option) => command.addOption(option.helpGroup(group))
    add(new Option('-j, --jobs <count>', 'VMs at once (default: as many as memory and processors allow)'))
    add(new Option('--fail-fast', 'the first test that does not pass ends the others'))
    add(new Option('--junit <file>', 'all results as one JUnit XML document'))
    add(new Option('--timeout <time>', "each test's time, over the file's (default: 10m where the file says nothing)"))
    add(new Option('-e, --env <name[=value]>', 'a variable for the tests').argParser(repeatable))
    addVmOptions(command, { single: false })
  },
  load: async () => (await import('../handlers/test.ts')).test,
}
