import type { CommandDefinition } from '../command.ts'

export const initrdCommand: CommandDefinition = {
  name: 'initrd',
  summary: 'a directory, an executable or a C file as an initramfs that runs it',
  example: 'kernelkit initrd hello.c --out hello.cpio.gz && kernelkit boot --initrd hello.cpio.gz',
  define: (command) => {
    command.argument('<source>', 'a directory with /init, a static executable, or a C file (compiled static)')
  },
  load: async () => (await import('../handlers/initrd.ts')).initrd,
}
