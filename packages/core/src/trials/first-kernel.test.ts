import { describe, expect, it } from 'vitest'
import { answerOf, mostProbes, nextStep, type Answer } from './first-kernel.ts'

/** Runs a whole search on kernels whose answers are known. */
function search(truth: readonly Answer[], wanted: 'pass' | 'fail' = 'pass') {
  const answers: (Answer | undefined)[] = truth.map(() => undefined)
  for (let probes = 0; probes <= truth.length; probes++) {
    const step = nextStep(answers, wanted)
    if (step.kind !== 'probe') return { step, probes }
    expect(answers[step.index]).toBeUndefined()
    answers[step.index] = truth[step.index]
  }
  throw new Error('the search did not end')
}

const kernels = (bad: number, good: number): readonly Answer[] => [
  ...Array.from({ length: bad }, (): Answer => 'fail'),
  ...Array.from({ length: good }, (): Answer => 'pass'),
]

describe('the search for the first kernel', () => {
  it('finds it among twelve with at most five boots, wherever it is', () => {
    for (let bad = 0; bad < 12; bad++) {
      const { step, probes } = search(kernels(bad, 12 - bad))
      expect(step).toEqual({ kind: 'found', index: bad, last: bad === 0 ? undefined : bad - 1 })
      expect(probes).toBeLessThanOrEqual(5)
    }
  })

  it('needs no more boots than it says, for any number of kernels', () => {
    for (let count = 1; count <= 40; count++)
      for (let bad = 0; bad < count; bad++) expect(search(kernels(bad, count - bad)).probes).toBeLessThanOrEqual(mostProbes(count))
  })

  it('finds the first that fails', () => {
    expect(search(['pass', 'pass', 'fail', 'fail'], 'fail').step).toEqual({ kind: 'found', index: 2, last: 1 })
  })

  it('steps over kernels that could not be run', () => {
    expect(search(['fail', 'skip', 'skip', 'pass', 'skip']).step).toEqual({ kind: 'found', index: 3, last: 0 })
    expect(search(['skip', 'skip']).step).toEqual({ kind: 'unknown' })
  })

  it('says that there is none after both ends', () => {
    expect(search(kernels(12, 0))).toEqual({ step: { kind: 'none' }, probes: 2 })
  })

  it('says that the ends are the other way round', () => {
    expect(search(['pass', 'fail', 'fail'])).toEqual({ step: { kind: 'reversed' }, probes: 2 })
  })
})

it('a verdict is an answer, unless the host or the configuration prevented the run', () => {
  expect(['pass', 'fail', 'panic', 'config-fail', 'infra-fail'].map((verdict) => answerOf(verdict as 'pass'))).toEqual([
    'pass',
    'fail',
    'fail',
    'skip',
    'skip',
  ])
})
