import type { Host } from '@kernelkit/host'
import type { Ending, Guest, Limit } from './guest.ts'

export interface Race<T> {
  readonly limit: Limit | undefined
  /** The guest waits for a debugger: no limit runs. */
  readonly paused: boolean
  readonly of: readonly Promise<T>[]
}

/** The first of these, a reached limit, or the user's interruption (thrown). */
export async function firstOf<T>({ host, signal }: Pick<Guest, 'host' | 'signal'>, { limit, paused, of }: Race<T>): Promise<T | Ending> {
  const done = new AbortController()
  const interrupted = Promise.withResolvers<never>()
  const onAbort = (): void => interrupted.reject(signal.reason)
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  const timer =
    limit === undefined || paused
      ? []
      : [
          host.sleep(limit.ms, done.signal).then(
            () => ({ kind: 'limit' as const, limit }),
            () => new Promise<never>(() => {}),
          ),
        ]
  try {
    return await Promise.race([...of, ...timer, interrupted.promise])
  } finally {
    done.abort()
    signal.removeEventListener('abort', onAbort)
    interrupted.promise.catch(() => {})
  }
}

/** Waits for a promise, but no longer than this; the timer is gone afterwards, because a program of the library would not end before it. */
export async function atMost(host: Pick<Host, 'sleep'>, ms: number, awaited: Promise<unknown>): Promise<void> {
  const done = new AbortController()
  try {
    await Promise.race([awaited, host.sleep(ms, done.signal).catch(() => {})])
  } finally {
    done.abort()
  }
}
