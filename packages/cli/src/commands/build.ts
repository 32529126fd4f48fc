import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'
import { addKernelOptions } from './kernel-options.ts'

export const buildCommand: CommandDefinition = {
  name: 'build',
  summary: 'kernel source to configuration, bzImage and vmlinux',
  example: 'kernelkit build deb:linux-source-6.12',
  define: (command) => {
    addKernelOptions(command)
    command.addOption(new Option('-j, --jobs <count>', 'parallel jobs (default: the number of processors)'))
    command.addOption(new Option('-o, --out <dir>', 'copy kernel, vmlinux, configuration and manifest to this folder as well'))
    command.addOption(new Option('--force', 'build again although the store has it'))
  },
  projectBlock: () => 'kernel',
  load: async () => (await import('../handlers/build.ts')).build,
}
