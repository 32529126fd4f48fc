import type { HistoryRecord } from '@kernelkit/core/trials'
import { expect, it } from 'vitest'
import type { PlannedTest } from './plan-tests.ts'
import { longestFirst } from './longest-first.ts'

const directory = '/project'
const cellOf = (test: string) => ({ test, kernel: 'debian:12', config: undefined, root: undefined })
const planned = (test: string) => ({ name: test, cell: cellOf(test) }) as unknown as PlannedTest
const record = (test: string, seconds: number, project = directory): HistoryRecord => ({
  ...cellOf(test),
  at: 0,
  project,
  release: '6.1',
  state: 'pass',
  passed: 1,
  runs: 1,
  seconds,
})

it('starts the longest cell first, what never ran before it, and keeps the order of those that take the same', () => {
  const tests = ['short', 'same', 'long', 'new', 'same too'].map(planned)
  const records = [record('short', 1), record('same', 5), record('long', 60), record('same too', 5), record('new', 100, '/other')]
  expect(longestFirst({ directory, tests }, records)).toEqual([3, 2, 1, 4, 0])
  expect(longestFirst({ directory, tests }, [])).toEqual([0, 1, 2, 3, 4])
})
