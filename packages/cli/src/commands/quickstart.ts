import type { CommandDefinition } from '../command.ts'

export const quickstartCommand: CommandDefinition = {
  name: 'quickstart',
  summary: 'the whole workflow on this machine: kernel, image, boot, a command in the guest',
  example: 'kernelkit quickstart',
  define: (command) => {
    command
      .option('--source <source>', "kernel source, as `build` takes it (default: deb:linux-source-6.12, else the distribution's newest)")
      .option('--suite <name>', 'suite of the image, as `bake` takes it (default: trixie)')
      .option('--no-install', 'do not install what the host lacks, say it and stop')
  },
  load: async () => (await import('../handlers/quickstart.ts')).quickstart,
}
