import type { CommandDefinition } from '../command.ts'

export const toolchainCommand: CommandDefinition = {
  name: 'toolchain',
  summary: 'the toolchain container: build, use, list and prune its images',
  example: 'kernelkit toolchain build --base bootstrap',
  define: (command) => {
    command.argument('[words...]', 'build; run [--] COMMAND; ls (the default); prune')
  },
  load: async () => (await import('../handlers/toolchain.ts')).toolchain,
}
