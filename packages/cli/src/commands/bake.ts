import type { CommandDefinition } from '../command.ts'

export const bakeCommand: CommandDefinition = {
  name: 'bake',
  summary: 'a Debian root file system as a bootable disk image',
  example: 'kernelkit bake --suite bookworm --include strace,iperf3',
  projectBlock: () => 'image',
  load: async () => (await import('../handlers/bake.ts')).bake,
}
