import { parseArch } from '../arch/index.ts'
import type { Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** How guest code is run, and the CPU that it sees. */
export function accelArgs(launch: Pick<QemuLaunch, 'accel' | 'arch'>): Argv {
  return [
    // One accelerator, never `kvm:tcg`: QEMU's own fallback is silent, ours is decided and said before.
    ['-accel', launch.accel],
    // KVM: the host's own CPU, so that code tuned for it runs. TCG: the architecture's (`-cpu host` needs KVM).
    ['-cpu', launch.accel === 'kvm' ? 'host' : parseArch(launch.arch).emulatedCpu],
  ].flat()
}
