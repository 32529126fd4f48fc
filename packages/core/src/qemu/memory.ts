import type { Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** Processors and memory. */
export function memoryArgs(launch: Pick<QemuLaunch, 'cpus' | 'memoryMiB'>): Argv {
  return [
    // Bare: sockets, cores and threads as this QEMU version lays them out.
    ['-smp', String(launch.cpus)],
    // With the unit: a bare number is MiB too, but nobody has to know that.
    ['-m', `${launch.memoryMiB}M`],
  ].flat()
}
