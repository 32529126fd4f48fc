import type { Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** Processors and memory. */
export function memoryArgs(launch: Pick<QemuLaunch, 'cpus' | 'memoryMiB'>): Argv {
  return [
    '-smp', String(launch.cpus),
    // With the unit: a bare number is MiB too, but nobody has to know that.
    '-m', `${launch.memoryMiB}M`,
  ]
}
