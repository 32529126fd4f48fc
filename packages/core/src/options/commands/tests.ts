import { flagOption, integerOption, textOption, type RawOptions } from '../given.ts'

/** How `kernelkit test` runs the tests; their VMs have options of their own. */
export interface TestsSpec {
  /** Guests at once; absent: as many as memory and CPUs allow. */
  readonly jobs: number | undefined
  /** The first test that does not pass ends the others. */
  readonly failFast: boolean
  /** File that takes all results as one JUnit document. */
  readonly junit: string | undefined
}

/** `--jobs`, `--fail-fast`, `--junit`. */
export function parseTestsSpec(raw: RawOptions): TestsSpec {
  return { jobs: integerOption(raw, 'jobs', { min: 1, max: 1024 }), failFast: flagOption(raw, 'failFast'), junit: textOption(raw, 'junit') }
}
