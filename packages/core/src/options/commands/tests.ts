import { mostRepeats, type RepeatPlan, type Shard } from '../../trials/index.ts'
import { badOption, flagOption, integerOption, readOption, refuseConflicts, textOption, type RawOptions } from '../given.ts'
import { commandRows } from '../table/index.ts'

/** How `kernelkit test` runs the tests; their VMs have options of their own. */
export interface TestsSpec {
  /** Guests at once; absent: as many as memory and CPUs allow. */
  readonly jobs: number | undefined
  /** The first test that does not pass ends the others. */
  readonly failFast: boolean
  /** File that takes all results as one JUnit document. */
  readonly junit: string | undefined
  readonly repeats: RepeatPlan
  /** A test that passed only after a retry fails the whole. */
  readonly failOnFlaky: boolean
  /** File of known failures. */
  readonly baseline: string | undefined
  /** The part of the tests that is run here. */
  readonly shard: Shard | undefined
}

/** `--jobs`, `--fail-fast`, `--junit`, `--repeat`, `--until-fail`, `--retries`, `--fail-on-flaky`, `--baseline`, `--shard`. */
export function parseTestsSpec(raw: RawOptions): TestsSpec {
  return {
    jobs: integerOption(raw, 'jobs', { min: 1, max: 1024 }),
    failFast: flagOption(raw, 'failFast'),
    junit: textOption(raw, 'junit'),
    repeats: parseRepeats(raw),
    failOnFlaky: flagOption(raw, 'failOnFlaky'),
    baseline: textOption(raw, 'baseline'),
    shard: readOption(raw, 'shard', parseShard),
  }
}

/** `--repeat`, `--until-fail`, `--retries`. */
export function parseRepeats(raw: RawOptions): RepeatPlan {
  refuseConflicts(raw, commandRows.repeats)
  return {
    repeat: integerOption(raw, 'repeat', { min: 1, max: mostRepeats }),
    untilFail: flagOption(raw, 'untilFail'),
    // More would let luck hide a broken test.
    retries: integerOption(raw, 'retries', { min: 0, max: 100 }) ?? 0,
  }
}

/** As many jobs as one workflow of GitHub may have ("Usage limits": 256 a matrix). */
export const mostShards = 256

/** `--shard 2/5`. */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,4})\/(\d{1,4})$/.exec(text)
  const [index, of] = [Number(match?.[1]), Number(match?.[2])]
  if (match !== null && index >= 1 && index <= of && of <= mostShards) return { index, of }
  throw badOption('shard', text, {
    allowed: `I/N with I from 1 to N and N up to ${mostShards}`,
    hint: 'Write 2/5 for the second of five parts.',
  })
}
