import type { Verdict } from '@kernelkit/core/console'
import { mostCommitRuns, mostEndRuns, obstacles, passesToBelieve, wantedFailures, type FailureRate } from '@kernelkit/core/trials'
import type { Probe } from './probe.ts'

/** What all runs of one commit say. */
export interface Trial {
  readonly answer: 'good' | 'bad' | 'skip'
  readonly verdicts: readonly Verdict[]
  /** The run that says it. */
  readonly decisive: Probe
}

export interface TrialRules {
  readonly confidence: number | undefined
  readonly steps: number
  readonly rate: FailureRate
  /** The bad end: its failures are counted until the rate is known. */
  readonly isBadEnd: boolean
  /** What it means that the guest did not start `mostStarts` times in a row: with a kernel that is the same for every commit nothing. */
  readonly whenNotBooted: 'bad' | 'skip'
}

/** A busy host can keep a guest from starting: the command has said nothing yet, and of forty runs one or the other may be lost. */
const notStarted: readonly Verdict[] = ['boot-fail', 'vm-lost', 'infra-fail']
const mostStarts = 3

/** One commit, as often as the confidence asks: a failure says bad, enough passes say good, what cannot be built or booted is skipped. */
export async function tryCommit(run: (number: number) => Promise<Probe>, rules: TrialRules): Promise<Trial> {
  const { confidence, steps, rate, isBadEnd } = rules
  const failures = isBadEnd && confidence !== undefined ? wantedFailures : 1
  const passes =
    confidence === undefined ? 1 : isBadEnd ? mostEndRuns : Math.min(passesToBelieve(rate, { confidence, steps }), mostCommitRuns)
  const verdicts: Verdict[] = []
  let failure: Probe | undefined
  let [runs, starts] = [0, 0]
  for (;;) {
    const one = await run(++runs)
    const { verdict } = one
    // As with `run --status simple`: a wrong path blames no commit.
    const isObstacle = obstacles.includes(verdict) || one.notStarted !== undefined
    if (notStarted.includes(verdict)) {
      if (++starts < mostStarts) continue
      return { answer: isObstacle ? 'skip' : rules.whenNotBooted, verdicts: [...verdicts, verdict], decisive: one }
    }
    if (isObstacle) return { answer: 'skip', verdicts: [...verdicts, verdict], decisive: one }
    starts = 0
    verdicts.push(verdict)
    if (verdict !== 'pass') failure = one
    const failed = verdicts.filter((word) => word !== 'pass').length
    if (failure !== undefined && (failed >= failures || verdicts.length >= passes)) return { answer: 'bad', verdicts, decisive: failure }
    if (verdicts.length >= passes) return { answer: 'good', verdicts, decisive: one }
  }
}

/** With the runs of a bad commit. */
export function addToRate({ failed, passed }: FailureRate, verdicts: readonly Verdict[]): FailureRate {
  const passes = verdicts.filter((verdict) => verdict === 'pass').length
  return { failed: failed + verdicts.length - passes, passed: passed + passes }
}
