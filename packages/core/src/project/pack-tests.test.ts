import { describe, expect, it } from 'vitest'
import { fitsBeside, type Capacity, type GuestDemand } from './pack-tests.ts'

const guest = (memoryMiB: number, cpus = 1): GuestDemand => ({ memoryMiB, cpus })
const machine = (memoryMiB: number, cpus: number, jobs?: number): Capacity => ({ memoryMiB, cpus, jobs })

describe('fitsBeside', () => {
  it.each<[string, GuestDemand, readonly GuestDemand[], Capacity, boolean]>([
    ['starts a second one where both have room', guest(1024), [guest(1024)], machine(4096, 2), true],
    ['counts what QEMU itself needs', guest(2048), [guest(2048)], machine(4096, 8), false],
    ['has a CPU for each', guest(64), [guest(64), guest(64)], machine(65_536, 2), false],
    ['keeps the CPUs that were asked for', guest(64, 2), [guest(64)], machine(65_536, 2), false],
    ['lets a guest run alone that needs more than there is', guest(65_536, 64), [], machine(1024, 1), true],
    ['starts nothing next to that one', guest(64), [guest(65_536, 64)], machine(1024, 1), false],
    ['follows --jobs upwards', guest(65_536, 64), [guest(65_536, 64), guest(64)], machine(1024, 1, 3), true],
    ['follows --jobs downwards', guest(64), [guest(64)], machine(65_536, 64, 1), false],
  ])('%s', (_title, next, running, capacity, expected) => {
    expect(fitsBeside(next, running, capacity)).toBe(expected)
  })
})
