import type { CommandDefinition } from '../command.ts'

export const buildCommand: CommandDefinition = {
  name: 'build',
  summary: 'kernel source to configuration, kernel image and vmlinux',
  example: 'kernelkit build deb:linux-source-6.12',
  define: (command) => {
    command.argument('[words...]', 'SOURCE: a tree (default: .), git+URL#REF, a tarball, deb:linux-source-6.12; and VAR=VALUE of make')
  },
  projectBlock: () => 'kernel',
  load: async () => (await import('../handlers/build.ts')).build,
}
