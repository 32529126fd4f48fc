import { describe, expect, it } from 'vitest'
import { findPatterns, type EndedCell } from './findings.ts'
import type { TrialState } from './repeats.ts'

const releases: Readonly<Record<string, string>> = {
  'debian:11/cloud': '5.10.0-35-cloud-amd64',
  'debian:12/cloud': '6.1.0-50-cloud-amd64',
  'debian:12-backports/cloud': '6.12.9+bpo-cloud-amd64',
  'debian:sid/cloud': '7.2.1-cloud-amd64',
}

function cells(states: readonly (TrialState | undefined)[], more: Partial<EndedCell['cell']> = {}): readonly EndedCell[] {
  return Object.entries(releases).map(([kernel, release], index) => ({
    cell: { test: 't', kernel, config: undefined, root: undefined, allowFail: false, ...more },
    state: states[index],
    release: states[index] === undefined ? undefined : release,
  }))
}

describe('what failed cells have in common', () => {
  it.each<[string, readonly (TrialState | undefined)[], readonly string[]]>([
    ['one kernel', ['pass', 'fail', 'pass', 'pass'], ['t fails only on 6.1 (debian:12/cloud)']],
    ['two kernels', ['fail', 'panic', 'flaky', 'pass'], ['t fails only on 5.10 and 6.1 (debian:11/cloud, debian:12/cloud)']],
    ['all but one', ['fail', 'fail', 'fail', 'pass'], ['t passes only on 7.2 (debian:sid/cloud)']],
    ['nothing, when all failed', ['fail', 'fail', 'fail', 'fail'], []],
    ['nothing, when all passed', ['pass', 'pass', 'flaky', 'pass'], []],
    ['those with a verdict alone', ['fail', undefined, 'pass', undefined], ['t fails only on 5.10 (debian:11/cloud)']],
  ])('%s', (_title, states, expected) => {
    expect(findPatterns(cells(states))).toEqual(expected)
  })

  it('may be another dimension than the kernel', () => {
    const all = [
      ...cells(['pass', 'pass', 'pass', 'pass'], { root: 'host' }),
      ...cells(['fail', 'fail', 'fail', 'fail'], { root: 'image' }),
    ]
    expect(findPatterns(all)).toEqual(['t fails only with root image'])
  })

  it('is nothing when every dimension has both', () => {
    const all = [
      ...cells(['pass', 'fail', 'pass', 'pass'], { root: 'host' }),
      ...cells(['fail', 'pass', 'pass', 'pass'], { root: 'image' }),
    ]
    expect(findPatterns(all)).toEqual(['t fails in 2 of 8 cells, with nothing in common'])
  })

  it('names the kernels by reference where two are of one series', () => {
    const two = cells(['fail', 'fail', 'pass', 'pass']).map((one) => ({ ...one, release: '6.1.0' }))
    expect(findPatterns(two)).toEqual(['t fails only on debian:11/cloud and debian:12/cloud'])
  })
})
