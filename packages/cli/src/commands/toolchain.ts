import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'
import { repeatable } from '../options.ts'

export const toolchainCommand: CommandDefinition = {
  name: 'toolchain',
  summary: 'the toolchain container: build, use, list and prune its images',
  example: 'kernelkit toolchain build --base bootstrap',
  define: (command) => {
    command.argument('[words...]', 'build; run [--] COMMAND; ls (the default); prune')
    const group = (heading: string, ...options: readonly Option[]) =>
      options.forEach((option) => command.addOption(option.helpGroup(heading)))
    group(
      'Which image (build, run):',
      new Option('--compiler <name>', 'gcc, gcc-12, clang or clang-18, as the suite offers it').default(undefined, 'gcc'),
      new Option('--suite <name>', "suite of its packages (default: this machine's when it is Debian or Ubuntu, else bookworm)"),
      new Option(
        '-a, --arch <name>',
        'architecture of the kernels (repeatable; default: those that this machine builds without a cross compiler)',
      ).argParser(repeatable),
      new Option('--whole', 'with QEMU, Node and the kernelkit command: what boot and run use'),
      new Option(
        '--base <base>',
        'bootstrap, or a registry reference NAME@sha256:… (default: made on this host, else the image of the suite in the registry)',
      ),
      new Option('--force', 'build again although the engine has it'),
    )
    group(
      'Run:',
      new Option('--net <kind>', 'user or none').default(undefined, 'none'),
      new Option('--root', "as the container's root instead of as you"),
    )
    group('Prune:', new Option('--all', 'the toolchains that are still of use, too'))
  },
  load: async () => (await import('../handlers/toolchain.ts')).toolchain,
}
