import type { CommandDefinition } from '../command.ts'

export const bootCommand: CommandDefinition = {
  name: 'boot',
  summary: 'boot and attach the terminal to the console',
  example: 'kernelkit boot --initrd hello.gz',
  define: (command) => {
    command.addHelpText('after', '\nCtrl-A x ends the VM, Ctrl-A c shows the kernel console, Ctrl-A h helps.')
  },
  projectBlock: () => 'vm',
  load: async () => (await import('../handlers/boot.ts')).boot,
}
