/** Runs of a test on commits that are bad: what is known of how often it shows it. */
export interface FailureRate {
  readonly failed: number
  readonly passed: number
}

/** Failures of the bad end that are waited for: fewer say too little about the rate. */
export const wantedFailures = 3

/** Most runs of the bad end: a test that fails less often than about once in twenty is not found in this way. */
export const mostEndRuns = 60

/** Most runs of one commit. */
export const mostCommitRuns = 500

/**
 * The chance that a bad commit passes so many runs in a row, given what bad commits have done before: the mean of (1-p)^n over Beta(failed + 1,
 * passed + 1), the posterior of a rate of which nothing else is known (A. Gelman et al., Bayesian Data Analysis, 2.1).
 */
export function chanceOfPasses({ failed, passed }: FailureRate, runs: number): number {
  let chance = 1
  for (let run = 0; run < runs; run++) chance *= (passed + 1 + run) / (failed + passed + 2 + run)
  return chance
}

/**
 * How many passes in a row make a commit good, so that all of so many steps are right with this confidence. Without a confidence one run is
 * believed.
 */
export function passesToBelieve(
  rate: FailureRate,
  { confidence, steps }: { readonly confidence: number | undefined; readonly steps: number },
): number {
  if (confidence === undefined) return 1
  const allowed = (1 - confidence) / Math.max(steps, 1)
  let runs = 1
  while (runs < mostCommitRuns && chanceOfPasses(rate, runs) > allowed) runs++
  return runs
}

/** Steps of a bisection among so many commits. */
export function bisectionSteps(commits: number): number {
  return commits < 2 ? 1 : Math.ceil(Math.log2(commits))
}
