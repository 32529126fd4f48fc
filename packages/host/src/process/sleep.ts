import { setTimeout as delay } from 'node:timers/promises'

/** Timers of Node are 32 bits wide; a longer one fires at once (Node docs, timers, setTimeout). */
const longestTimerMs = 2 ** 31 - 1

/** Resolves after `ms`, however many these are; `Infinity` waits for the signal alone. Rejects when the signal is aborted. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  if (Number.isNaN(ms)) throw new RangeError('a time to sleep is NaN')
  const until = performance.now() + ms
  for (let left = ms; ; left = until - performance.now()) {
    await delay(Math.min(Math.max(left, 0), longestTimerMs), undefined, signal === undefined ? {} : { signal })
    if (left <= longestTimerMs) return
  }
}
