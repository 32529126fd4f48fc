import { describe, expect, it } from 'vitest'
import { addCounts, parseCounts, renderCounts } from './test-counts.ts'

describe('test counts', () => {
  it('are added over all test runs into the closing line', () => {
    expect(renderCounts(addCounts(parseCounts('31 0 1\n7 2 0\n')))).toBe('38 passed, 2 failed, 1 skipped')
  })

  it('are zero when no test ran', () => {
    expect(renderCounts(addCounts(parseCounts('')))).toBe('0 passed, 0 failed, 0 skipped')
  })

  it('refuse a line that is not three numbers', () => {
    expect(() => parseCounts('31 x 1\n')).toThrow("not three counts: '31 x 1'")
  })
})
