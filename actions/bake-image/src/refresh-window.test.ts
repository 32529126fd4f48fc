import { describe, expect, it } from 'vitest'
import { refreshWindow } from './refresh-window.ts'

const at = (text: string): number => Date.parse(text)

describe('the span in which the known state of a suite is good', () => {
  it.each([
    ['2026-11-22T23:59:59Z', 'week-of-2026-11-16', '2026-11-22'],
    ['2026-11-23T00:00:00Z', 'week-of-2026-11-23', '2026-11-23'],
    ['2026-11-29T23:59:59Z', 'week-of-2026-11-23', '2026-11-29'],
    ['2027-01-01T12:00:00Z', 'week-of-2026-12-28', '2027-01-01'],
  ])('at %s is %s, or the day', (time, week, day) => {
    expect(refreshWindow('weekly', at(time))).toBe(week)
    expect(refreshWindow('daily', at(time))).toBe(day)
    expect(refreshWindow('never', at(time))).toBe('ever')
  })
})
