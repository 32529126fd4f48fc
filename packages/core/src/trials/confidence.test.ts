import { describe, expect, it } from 'vitest'
import { bisectionSteps, chanceOfPasses, passesToBelieve, wantedFailures } from './confidence.ts'

/** Numbers from 0 to 1 that look random and are the same each time (mulberry32). */
function numbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** A bisection of 30 commits with one bad one, after which the test fails so often. */
function bisect(planted: number, rate: number, { confidence, seed }: { readonly confidence: number | undefined; readonly seed: number }) {
  const next = numbers(seed)
  const fails = (commit: number) => commit >= planted && next() < rate
  const commits = 30
  const steps = bisectionSteps(commits)
  let [failed, passed] = [0, 0]
  while (failed < (confidence === undefined ? 1 : wantedFailures)) {
    if (fails(commits - 1)) failed++
    else passed++
  }
  let [good, bad] = [0, commits - 1]
  let runs = failed + passed
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2)
    const enough = passesToBelieve({ failed, passed }, { confidence, steps })
    let own = 0
    while (own < enough && !fails(middle)) own++
    runs += own + 1
    if (own === enough) good = middle
    else {
      bad = middle
      failed++
      passed += own
    }
  }
  return { found: bad, runs }
}

describe('a bisection with a test that does not always fail', () => {
  it('ends at the planted commit in 10 of 10 runs when it repeats, and does not when it believes one run', () => {
    const seeds = Array.from({ length: 10 }, (_, index) => index + 1)
    expect(seeds.map((seed) => bisect(17, 1 / 3, { confidence: 0.95, seed }).found)).toEqual(seeds.map(() => 17))
    expect(seeds.map((seed) => bisect(17, 1 / 3, { confidence: undefined, seed }).found)).not.toEqual(seeds.map(() => 17))
  })

  it('is right about as often as asked, wherever the commit is', () => {
    let right = 0
    for (let seed = 1; seed <= 400; seed++)
      if (bisect(1 + (seed % 29), 1 / 3, { confidence: 0.95, seed }).found === 1 + (seed % 29)) right++
    expect(right / 400).toBeGreaterThanOrEqual(0.95)
  })

  it('takes few runs where the test fails each time', () => {
    expect(passesToBelieve({ failed: 3, passed: 0 }, { confidence: 0.95, steps: 5 })).toBe(5)
    expect(passesToBelieve({ failed: 3, passed: 6 }, { confidence: 0.95, steps: 5 })).toBeGreaterThan(12)
    expect(passesToBelieve({ failed: 1, passed: 0 }, { confidence: undefined, steps: 5 })).toBe(1)
  })
})

it('the chance of passes falls with each run, and more slowly where little is known', () => {
  expect(chanceOfPasses({ failed: 3, passed: 0 }, 0)).toBe(1)
  expect(chanceOfPasses({ failed: 3, passed: 0 }, 1)).toBeCloseTo(0.2)
  expect(chanceOfPasses({ failed: 30, passed: 0 }, 1)).toBeCloseTo(1 / 32)
})
