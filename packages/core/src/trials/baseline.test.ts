import { describe, expect, it } from 'vitest'
import { compareWithBaseline, type KnownFailure } from './baseline.ts'
import type { TrialState } from './repeats.ts'

const entry = (test: string, until = '2030-01-31'): KnownFailure => ({ values: { test: [test] }, reason: 'why', until, line: 1 })
const cell = (test: string, state: TrialState | undefined) => ({
  cell: { test, kernel: 'debian:12', config: undefined, root: undefined, allowFail: false },
  state,
})
const noveltiesOf = (...args: Parameters<typeof compareWithBaseline>) => compareWithBaseline(...args).cells.map((one) => one?.novelty)

describe('a baseline', () => {
  it('distinguishes new, known and fixed failures', () => {
    const cells = [cell('a', 'fail'), cell('b', 'panic'), cell('c', 'pass'), cell('d', 'pass'), cell('e', undefined), cell('f', 'flaky')]
    expect(noveltiesOf([entry('b'), entry('c'), entry('f')], cells, '2030-01-31')).toEqual([
      'new',
      'known',
      'fixed',
      'good',
      undefined,
      'good',
    ])
  })

  it('does not count an entry after its last day', () => {
    const comparison = compareWithBaseline([entry('a', '2030-01-31')], [cell('a', 'fail')], '2030-02-01')
    expect(comparison.cells.map((one) => one?.novelty)).toEqual(['new'])
    expect(comparison.expired).toHaveLength(1)
  })

  it('names the entries that met no cell', () => {
    expect(compareWithBaseline([entry('z')], [cell('a', 'pass')], '2030-01-01').unmatched).toEqual([entry('z')])
  })
})
