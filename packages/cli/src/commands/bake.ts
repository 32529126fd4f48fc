import type { CommandDefinition } from '../command.ts'
import { repeatable } from '../options.ts'

export const bakeCommand: CommandDefinition = {
  name: 'bake',
  summary: 'a Debian root file system as a bootable disk image',
  example: 'kernelkit bake --suite bookworm --include strace,iperf3',
  define: (command) => {
    command
      .option('-s, --suite <name>', 'suite, such as bookworm, trixie or sid (default: trixie; i386: bookworm)')
      .option('-a, --arch <name>', 'architecture of the guest: x86_64 or i386 (default: that of this machine)')
      .option('--include <packages>', 'more packages, separated by commas (repeatable)', repeatable)
      .option('--mirror <url>', "where packages come from (default: apt's mirror when it serves the suite, else the suite's own)")
      .option('--size <size>', 'apparent size of the sparse image (default: 4G)')
      .option('--ssh-key <file>', 'public key that root accepts (repeatable; default: none, each VM gets its own)', repeatable)
      .option('--refresh <rhythm>', 'how long the known state of the suite is good: daily, weekly or never ask again (default: weekly)')
      .option('--customize <script>', 'run inside the root file system as root (repeatable)', repeatable)
      .option('--overlay <dir>', 'copy over the root file system, owned by root (repeatable)', repeatable)
      .option('--no-trim', 'keep the services that a short-lived guest does not need')
      .option('--force', 'bake again although the store has it')
      .option('-o, --out <path>', 'copy the image to this file or folder as well')
  },
  projectBlock: () => 'image',
  load: async () => (await import('../handlers/bake.ts')).bake,
}
