import { describe, expect, it } from 'vitest'
import type { Verdict } from '../console/index.ts'
import { describeRuns, isRunAgain, judgeTrials, type RepeatPlan } from './repeats.ts'

const once: RepeatPlan = { repeat: undefined, untilFail: false, retries: 0 }

describe('a test is run again', () => {
  it.each<[string, Partial<RepeatPlan>, readonly Verdict[], boolean]>([
    ['never without an option', {}, ['fail'], false],
    ['as often as --repeat says, failed or not', { repeat: 3 }, ['pass', 'fail'], true],
    ['no more than --repeat says', { repeat: 3 }, ['pass', 'fail', 'pass'], false],
    ['with --until-fail as long as it passes', { untilFail: true }, ['pass', 'pass', 'pass'], true],
    ['with --until-fail not after it failed', { untilFail: true }, ['pass', 'splat'], false],
    ['with both no more than --repeat says', { untilFail: true, repeat: 2 }, ['pass', 'pass'], false],
    ['by --retries when it did not pass', { retries: 2 }, ['panic', 'fail'], true],
    ['by --retries until it passes', { retries: 2 }, ['panic', 'pass'], false],
    ['by --retries no more than that often', { retries: 2 }, ['panic', 'fail', 'fail'], false],
    ['never when the host prevented it', { retries: 2 }, ['infra-fail'], false],
    ['never when the kernel cannot do it', { repeat: 5 }, ['config-fail'], false],
  ])('%s', (_title, plan, verdicts, expected) => {
    expect(isRunAgain({ ...once, ...plan }, verdicts)).toBe(expected)
  })
})

describe('the runs of a test', () => {
  it.each<[string, Partial<RepeatPlan>, readonly Verdict[], object]>([
    ['are flaky when a retry passed', { retries: 2 }, ['fail', 'pass'], { state: 'flaky', decisive: 1, passed: 1, runs: 2 }],
    ['are a pass when the first passed', { retries: 2 }, ['pass'], { state: 'pass', decisive: 0 }],
    ['have the last verdict when no retry passed', { retries: 1 }, ['fail', 'panic'], { state: 'panic', decisive: 1 }],
    [
      'fail by the first that failed of repeats',
      { repeat: 4 },
      ['pass', 'splat', 'fail', 'pass'],
      { state: 'splat', decisive: 1, passed: 2 },
    ],
    ['pass when all repeats passed', { repeat: 2 }, ['pass', 'pass'], { state: 'pass', passed: 2, runs: 2 }],
  ])('%s', (_title, plan, verdicts, expected) => {
    expect(judgeTrials({ ...once, ...plan }, verdicts)).toMatchObject(expected)
  })

  it('are counted in words when there is more than one', () => {
    expect(describeRuns({ passed: 1, runs: 1 })).toBeUndefined()
    expect(describeRuns({ passed: 1, runs: 3 })).toBe('passed 1 of 3 runs')
  })
})
