import { fitsBeside, type Capacity, type GuestDemand } from '@kernelkit/core/project'

/** Room of this machine for guests, given out in the order in which it is asked for. */
export interface GuestSlots {
  /** Resolves when the guest may start, with a function that gives its room back. */
  take(demand: GuestDemand, signal: AbortSignal): Promise<() => void>
}

export function createGuestSlots(capacity: Capacity): GuestSlots {
  const running = new Set<GuestDemand>()
  let changed = Promise.withResolvers<void>()
  let queue: Promise<unknown> = Promise.resolve()
  const wait = async (demand: GuestDemand, signal: AbortSignal): Promise<() => void> => {
    const aborted = Promise.withResolvers<void>()
    const onAbort = () => aborted.resolve()
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      while (!signal.aborted && !fitsBeside(demand, [...running], capacity)) await Promise.race([changed.promise, aborted.promise])
      signal.throwIfAborted()
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
    running.add(demand)
    return () => {
      running.delete(demand)
      changed.resolve()
      changed = Promise.withResolvers()
    }
  }
  return {
    take(demand, signal) {
      // One after the other: small guests would overtake a big one forever.
      const own = queue.then(() => wait({ ...demand }, signal))
      queue = own.catch(() => {})
      return own
    },
  }
}
