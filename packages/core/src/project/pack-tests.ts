/** What a guest may come to use of this machine. */
export interface GuestDemand {
  readonly memoryMiB: number
  /** CPUs that were asked for; a guest that names none counts as one: most tests keep one busy. */
  readonly cpus: number
}

export interface Capacity {
  readonly memoryMiB: number
  readonly cpus: number
  /** `--jobs`: so many, whatever they need. */
  readonly jobs: number | undefined
}

// An allowance for QEMU itself, on top of the guest's memory: devices, stacks and, under emulation, translated code (up to 1 GiB, which a test never fills).
const overheadMiB = 256

/** Whether one more guest may start next to those that run. Alone it always may: a test that needs more than there is has to try. */
export function fitsBeside(next: GuestDemand, running: readonly GuestDemand[], capacity: Capacity): boolean {
  if (running.length === 0) return true
  if (capacity.jobs !== undefined) return running.length < capacity.jobs
  const all = [...running, next]
  const memoryMiB = all.reduce((sum, guest) => sum + guest.memoryMiB + overheadMiB, 0)
  const cpus = all.reduce((sum, guest) => sum + guest.cpus, 0)
  return memoryMiB <= capacity.memoryMiB && cpus <= capacity.cpus
}
