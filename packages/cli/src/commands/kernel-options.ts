import { type Command, Option } from 'commander'
import { repeatable } from '../options.ts'

/** Options of `build` and `config show`: what kernel is meant. */
export function addKernelOptions(command: Command): void {
  command.argument('[words...]', 'SOURCE: a tree (default: .), git+URL#REF, a tarball, deb:linux-source-6.12; and VAR=VALUE of make')
  command.addOption(new Option('-a, --arch <name>', 'architecture of the kernel: x86_64 or i386 (default: that of this machine)'))
  command.addOption(
    new Option(
      '--config <item>',
      'preset, FILE, SYMBOL=VALUE or -SYMBOL; behind a file or symbol, ? makes it optional (repeatable; default: minimal, debian, 9p, debug)',
    ).argParser(repeatable),
  )
  command.addOption(new Option('--base <base>', 'allnoconfig, tinyconfig, defconfig or FILE').default(undefined, 'allnoconfig'))
  command.addOption(
    new Option('--config-check <how>', 'what a difference between asked and found is: error or warn').default(undefined, 'error'),
  )
  command.addOption(new Option('--compiler <name>', 'gcc, gcc-12, clang or clang-18').default(undefined, 'gcc'))
  command.addOption(new Option('--sha256 <sum>', 'checksum of the tarball; needed for one from the network'))
  command.addOption(new Option('--modules <how>', 'auto, yes or no (not yet: off unless --config MODULES=y)'))
  command.addOption(new Option('--kselftest <collections>', 'build and carry these selftests (not yet)'))
  command.addOption(new Option('--in-tree', 'build inside the tree, and reuse its objects'))
}
