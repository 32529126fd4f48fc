import { describe, expect, it } from 'vitest'
import { parseHistory, renderRecord, summariseHistory, type HistoryRecord } from './history.ts'

const record = (more: Partial<HistoryRecord>): HistoryRecord => ({
  at: 1,
  project: '/p',
  test: 'smoke',
  kernel: 'debian:12',
  config: undefined,
  root: undefined,
  release: '6.1.0',
  state: 'pass',
  passed: 1,
  runs: 1,
  seconds: 4,
  ...more,
})

describe('the history', () => {
  it('is read as it was written, and lines that are not records are counted', () => {
    const text = `${renderRecord(record({}))}{"at":1,"pro\n[]\n{"at":"now"}\n${renderRecord(record({ kernel: undefined, at: 2 }))}`
    const { records, broken } = parseHistory(text)
    expect(records).toEqual([record({}), record({ kernel: undefined, at: 2 })])
    expect(broken).toBe(3)
  })

  it('has the rate, the median of the seconds and the last state of each test on each kernel', () => {
    const all = [
      record({ seconds: 2 }),
      record({ at: 2, state: 'flaky', passed: 1, runs: 3, seconds: 12 }),
      record({ at: 3, state: 'fail', passed: 0, runs: 1, seconds: 100 }),
      record({ kernel: 'debian:11', release: '5.10.0' }),
    ]
    expect(summariseHistory(all)).toMatchObject([
      { test: 'smoke', kernel: 'debian:12', passed: 2, runs: 5, flaky: 1, seconds: 4, last: 'fail', lastAt: 3 },
      { test: 'smoke', kernel: 'debian:11', passed: 1, runs: 1, flaky: 0, release: '5.10.0' },
    ])
  })
})
