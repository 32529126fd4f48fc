import { virtioBus, type Argv } from './concern.ts'
import type { QemuLaunch } from './launch.ts'

/** Entropy from the host's /dev/urandom: without it getrandom() blocks for seconds in guests whose CPU has no rdrand. */
export function rngArgs(launch: Pick<QemuLaunch, 'machine'>): Argv {
  return ['-device', `virtio-rng-${virtioBus(launch)}`]
}
