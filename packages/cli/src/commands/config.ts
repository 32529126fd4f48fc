import type { CommandDefinition } from '../command.ts'

export const configCommand: CommandDefinition = {
  name: 'config',
  summary: 'the configuration that would be built, each option with its reason',
  example: 'kernelkit config show deb:linux-source-6.12 --config minimal',
  define: (command) => {
    command.argument('[words...]', 'SOURCE: a tree (default: .), git+URL#REF, a tarball, deb:linux-source-6.12; and VAR=VALUE of make')
    command.addHelpText(
      'after',
      `
show [SOURCE] [VAR=VALUE…]   the resulting configuration with who asked for what and why (the default)
diff A B                     what differs; A and B are presets, fragments, .config files or directories with one
presets                      the presets with what they are for
compile-commands [SOURCE] …  compile_commands.json of the last build, for clangd and other editors' tools`,
    )
  },
  projectBlock: ([first = '']) => (['diff', 'presets'].includes(first) ? undefined : 'kernel'),
  load: async () => (await import('../handlers/config.ts')).config,
}
