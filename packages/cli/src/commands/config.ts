import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'
import { addKernelOptions } from './kernel-options.ts'

export const configCommand: CommandDefinition = {
  name: 'config',
  summary: 'the configuration that would be built, each option with its reason',
  example: 'kernelkit config show deb:linux-source-6.12 --config minimal',
  define: (command) => {
    addKernelOptions(command)
    command.addOption(new Option('--full', 'show: every option that is on, not only those that were asked for'))
    command.addOption(new Option('--dot-config', 'show: the whole .config, ready for plain make'))
    command.addHelpText(
      'after',
      `
show [SOURCE] [VAR=VALUE…]   the resulting configuration with who asked for what and why (the default)
diff A B                     what differs; A and B are presets, fragments, .config files or folders with one
presets                      the presets with what they are for`,
    )
  },
  projectBlock: ([first = '']) => (['diff', 'presets'].includes(first) ? undefined : 'kernel'),
  load: async () => (await import('../handlers/config.ts')).config,
}
