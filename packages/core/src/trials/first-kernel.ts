import type { Verdict } from '../console/index.ts'
import { obstacles } from './repeats.ts'

/** What a probe says about its kernel; `skip`: it could not be run there. */
export type Answer = 'pass' | 'fail' | 'skip'

/** What is known of the candidates, the oldest kernel first; `undefined`: not probed. */
export type Answers = readonly (Answer | undefined)[]

export type SearchStep =
  | { readonly kind: 'probe'; readonly index: number }
  /** The first good one; `last` is the nearest older one with the other answer, absent when the oldest that could be run is good already. */
  | { readonly kind: 'found'; readonly index: number; readonly last: number | undefined }
  /** The newest is not good, and neither is the oldest. */
  | { readonly kind: 'none' }
  /** The oldest is good and the newest is not: the other way round is meant, or there is no order. */
  | { readonly kind: 'reversed' }
  /** No candidate could be run. */
  | { readonly kind: 'unknown' }

/** An answer by the verdict of a run. */
export function answerOf(verdict: Verdict): Answer {
  if (verdict === 'pass') return 'pass'
  return obstacles.includes(verdict) ? 'skip' : 'fail'
}

/**
 * The next kernel to boot in a search for the first one with the answer `wanted`. The newest comes first: without it there is nothing to find. Then
 * the middle of what is left, so that n kernels need 1 + log2(n) boots, rounded up. Kernels that could not be run are stepped over.
 */
export function nextStep(answers: Answers, wanted: 'pass' | 'fail'): SearchStep {
  const other = wanted === 'pass' ? 'fail' : 'pass'
  const usable = answers.flatMap((answer, index) => (answer === 'skip' ? [] : [index]))
  const [oldest, newest] = [usable[0], usable.at(-1)]
  if (oldest === undefined || newest === undefined) return { kind: 'unknown' }
  if (answers[newest] === undefined) return { kind: 'probe', index: newest }
  if (answers[newest] === other) {
    if (answers[oldest] === undefined) return { kind: 'probe', index: oldest }
    return answers[oldest] === wanted ? { kind: 'reversed' } : { kind: 'none' }
  }
  // The first with the wanted answer is after `last` and at `found` or before it.
  const lastBad = usable.findLastIndex((index) => answers[index] === other)
  const found = usable.findIndex((index, at) => at > lastBad && answers[index] === wanted)
  const between = found - lastBad - 1
  if (between === 0) return { kind: 'found', index: usable[found] ?? newest, last: lastBad < 0 ? undefined : usable[lastBad] }
  const middle = usable[lastBad + 1 + Math.floor(between / 2)] ?? newest
  return { kind: 'probe', index: middle }
}

/** Most probes that a search among so many kernels needs. */
export function mostProbes(candidates: number): number {
  return candidates < 1 ? 0 : 1 + Math.ceil(Math.log2(candidates))
}
