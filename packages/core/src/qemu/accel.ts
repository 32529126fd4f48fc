import type { Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** How guest code is run, and the CPU that it sees. */
export function accelArgs(launch: Pick<QemuLaunch, 'accel'>): Argv {
  return [
    // One accelerator, never `kvm:tcg`: QEMU's own fallback is silent, ours is decided and said before.
    ['-accel', launch.accel],
    // KVM: the host's own CPU, so that code tuned for it runs. TCG: all that QEMU can emulate, so that user space built for
    // x86-64-v3 runs too (`-cpu host` needs KVM).
    ['-cpu', launch.accel === 'kvm' ? 'host' : 'max'],
  ].flat()
}
