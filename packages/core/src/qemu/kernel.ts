import type { Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** Direct kernel boot: no boot loader, no partition table. */
export function kernelArgs(launch: Pick<QemuLaunch, 'kernel' | 'initrd' | 'append'>): Argv {
  return [
    // A vmlinux with the PVH note is entered directly and skips decompression; a bzImage takes the Linux boot protocol.
    '-kernel', launch.kernel,
    ...(launch.initrd === undefined ? [] : ['-initrd', launch.initrd]),
    '-append', launch.append,
  ]
}
