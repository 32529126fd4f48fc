import { UserError } from '@kernelkit/core/errors'
import { describe, expect, it } from 'vitest'
import { againWords } from './again-words.ts'
import { finishTest } from './finished-test.ts'
import { renderBadCells, renderGrid, shownCells } from './matrix-summary.ts'
import { judgeResults, renderVerdictLine } from './test-summary.ts'

const once = { repeat: undefined, untilFail: false, retries: 0 }
const cell = (test: string, kernel: string, allowFail = false) => ({ test, kernel, config: undefined, root: undefined, allowFail })
const cells = [cell('a', 'debian:12'), cell('a', 'debian:sid', true), cell('b', 'debian:12')]
const error = new UserError('NO_SUCH_KERNEL', 'the mirror has no such kernel.', { verdict: 'infra-fail' })
const results = [
  finishTest(once, { name: 'a@debian:12', kind: 'interrupted', seconds: 1 }, []),
  finishTest(once, { name: 'a@debian:sid', kind: 'error', error, seconds: 1 }, []),
  finishTest(once, { name: 'b@debian:12', kind: 'left-out', reason: 'not run.', seconds: 0 }, []),
]

const shown = shownCells(cells, { results, allowed: [false, true, false], again: (name) => `again ${name}` })

describe('the summary of a matrix', () => {
  it('is a grid of tests and kernels, with a dash where there is no cell', () => {
    expect(renderGrid(shown)).toBe(['test  debian:12    debian:sid', 'a     interrupted  (infra-fail)', 'b     not run      -'].join('\n'))
  })

  it('has the command that runs a bad cell again', () => {
    expect(renderBadCells(shown)).toEqual([
      'a@debian:sid: infra-fail (may fail): NO_SUCH_KERNEL: the mirror has no such kernel.',
      '  again: again a@debian:sid',
    ])
  })

  it('does not count a cell that may fail', () => {
    const failed = results.slice(1, 2)
    expect(judgeResults(failed, { failOnFlaky: false, allowed: [true] })).toEqual({ verdict: 'pass', exitCode: 0 })
    expect(judgeResults(failed, { failOnFlaky: false, allowed: [] })).toEqual({ verdict: 'infra-fail', exitCode: 125 })
    expect(renderVerdictLine(failed, { failOnFlaky: false, allowed: [true], seconds: 1, noun: 'cells' })).toBe(
      'kernelkit: verdict=pass exit=0 cells=1 passed=0 failed=0 allowed=1 total=1.00s',
    )
  })
})

it('a cell is run again by the same words without those of the whole', () => {
  const words = [
    'matrix',
    'ci/',
    '-k',
    'debian:12',
    '--junit',
    'x.xml',
    '--evidence',
    'shard-1',
    '--json',
    '--memory=1G',
    '--cell',
    'a@b',
    '-j',
    '3',
    '--shard=1/2',
  ]
  expect(againWords(words, 'a@debian:12')).toEqual(['matrix', 'ci/', '-k', 'debian:12', '--memory=1G', '--cell', 'a@debian:12'])
})
