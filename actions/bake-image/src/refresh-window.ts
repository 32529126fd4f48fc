import type { RefreshRhythm } from '@kernelkit/core/options'

const dayMs = 24 * 3600 * 1000

/** The name of the span of time in which the known state of a suite is good: every bake in it starts from the same state. */
export function refreshWindow(rhythm: RefreshRhythm, nowMs: number): string {
  const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10)
  switch (rhythm) {
    case 'daily':
      return day(nowMs)
    case 'weekly': {
      // 1 January 1970 was a Thursday: weeks begin on Monday.
      const days = Math.floor(nowMs / dayMs)
      return `week-of-${day((days - ((days + 3) % 7)) * dayMs)}`
    }
    case 'never':
      return 'ever'
  }
}
