import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'
import { addVmOptions } from './vm-options.ts'

export const bootCommand: CommandDefinition = {
  name: 'boot',
  summary: 'boot and attach the terminal to the console',
  example: 'kernelkit boot --initrd hello.gz',
  define: (command) => {
    addVmOptions(command, { single: true })
    command.addOption(new Option('--console <when>', 'reserved: boot always shows the console').hideHelp())
    command.addHelpText('after', '\nCtrl-A x ends the VM, Ctrl-A c shows the kernel console, Ctrl-A h helps.')
  },
  projectBlock: () => 'vm',
  load: async () => (await import('../handlers/boot.ts')).boot,
}
