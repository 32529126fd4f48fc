import type { Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** Direct kernel boot: no boot loader, no partition table. */
export function kernelArgs(launch: Pick<QemuLaunch, 'kernel' | 'initrd' | 'append'>): Argv {
  return [
    // A vmlinux with the PVH note is entered directly and skips decompression; a bzImage takes the Linux boot protocol.
    ['-kernel', launch.kernel],
    // The guest agent's initramfs, the user's, or both in one file.
    launch.initrd === undefined ? [] : ['-initrd', launch.initrd],
    // Worded by core/cmdline, a reason per word.
    ['-append', launch.append],
  ].flat()
}
