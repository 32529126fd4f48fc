import type { Verdict } from '@kernelkit/core/console'
import { describe, expect, it } from 'vitest'
import { addToRate, tryCommit, type TrialRules } from './try-commit.ts'

const rules: TrialRules = {
  confidence: undefined,
  steps: 5,
  rate: { failed: 0, passed: 0 },
  isBadEnd: false,
  whenNotBooted: 'bad',
}

async function trial(verdicts: readonly Verdict[], more: Partial<TrialRules> = {}) {
  const runs: number[] = []
  const run = async (number: number) => {
    runs.push(number)
    const verdict = verdicts[Math.min(number, verdicts.length) - 1] ?? 'pass'
    return { verdict, what: String(number), release: undefined, seconds: 1, evidence: undefined, paragraph: [] }
  }
  const { answer, decisive } = await tryCommit(run, { ...rules, ...more })
  return { answer, runs: runs.length, decisive: decisive.what }
}

describe('a commit', () => {
  it('is skipped when the command cannot be started (126, 127)', async () => {
    const probe = {
      verdict: 'fail',
      what: '',
      release: undefined,
      seconds: 1,
      evidence: undefined,
      paragraph: [],
      notStarted: 127,
    } as const
    expect((await tryCommit(async () => probe, rules)).answer).toBe('skip')
  })

  it.each<[string, readonly Verdict[], Partial<TrialRules>, object]>([
    ['is good after one pass', ['pass'], {}, { answer: 'good', runs: 1 }],
    ['is bad after one failure', ['panic'], {}, { answer: 'bad', runs: 1 }],
    ['is skipped when it does not compile', ['build-fail'], {}, { answer: 'skip', runs: 1 }],
    ['is tried again when the guest did not start', ['boot-fail', 'pass'], {}, { answer: 'good', runs: 2 }],
    ['is tried again when this host could not run the guest', ['infra-fail', 'infra-fail', 'fail'], {}, { answer: 'bad', runs: 3 }],
    ['is skipped when this host never can', ['infra-fail'], {}, { answer: 'skip', runs: 3 }],
    [
      'is judged by the runs that started, however many did not in between',
      ['boot-fail', 'boot-fail', 'pass', 'infra-fail', 'vm-lost', 'pass', 'boot-fail', 'pass', 'pass', 'pass'],
      { confidence: 0.95, rate: { failed: 3, passed: 0 }, whenNotBooted: 'skip' },
      { answer: 'good', runs: 10 },
    ],
    ['is bad when the guest never starts', ['boot-fail'], {}, { answer: 'bad', runs: 3 }],
    ['is skipped when a kernel that is always the same never starts', ['vm-lost'], { whenNotBooted: 'skip' }, { answer: 'skip', runs: 3 }],
    [
      'is good with a confidence only after enough passes',
      ['pass'],
      { confidence: 0.95, rate: { failed: 3, passed: 0 } },
      { answer: 'good', runs: 5 },
    ],
    [
      'is bad with a confidence at its first failure',
      ['pass', 'pass', 'fail'],
      { confidence: 0.95, rate: { failed: 3, passed: 0 } },
      { answer: 'bad', runs: 3, decisive: '3' },
    ],
    [
      'at the bad end is run until it failed three times',
      ['fail', 'pass', 'fail', 'fail'],
      { confidence: 0.95, isBadEnd: true },
      { answer: 'bad', runs: 4 },
    ],
    ['at the bad end is good when it never fails', ['pass'], { confidence: 0.95, isBadEnd: true }, { answer: 'good', runs: 60 }],
  ])('%s', async (_title, verdicts, more, expected) => {
    expect(await trial(verdicts, more)).toMatchObject(expected)
  })

  it('adds to what is known of the rate when it is bad', () => {
    expect(addToRate({ failed: 1, passed: 2 }, ['pass', 'panic', 'fail'])).toEqual({ failed: 3, passed: 3 })
  })
})
