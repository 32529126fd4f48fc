import { timeCommand, type TimeOptions, type Timing } from './time-command.ts'

/** One side of a comparison. */
export interface Side extends TimeOptions {
  readonly label: string
  readonly argv: readonly string[]
  /** Run before each timed run, not timed (emptying a cache, `make clean`). */
  readonly before?: () => Promise<void>
}

export interface Comparison {
  readonly title: string
  /** What the ratio must not exceed, from the project's own goals; printed beside the measured one. */
  readonly goal: { readonly figure: 'wall' | 'cpu'; readonly ratio?: number; readonly differenceSeconds?: number }
  readonly a: Side
  readonly b: Side
  /** Pairs, default 7. */
  readonly pairs?: number
  /** Uncounted runs of each side first, default 1. */
  readonly warmUp?: number
}

export interface ComparisonResult {
  readonly title: string
  readonly a: readonly Timing[]
  readonly b: readonly Timing[]
  readonly ratio: number
  readonly difference: number
  readonly met: boolean
}

/** The middle value; of two middle values their mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Time A and B alternately (A B A B …) and print medians, the median of the pairwise ratios and of the differences. */
export async function comparePairs(comparison: Comparison): Promise<ComparisonResult> {
  const { a, b, goal, title } = comparison
  const figureOf = (timing: Timing) => (goal.figure === 'wall' ? timing.wallSeconds : timing.cpuSeconds)
  const timings: { a: Timing[]; b: Timing[] } = { a: [], b: [] }
  for (let round = -(comparison.warmUp ?? 1); round < (comparison.pairs ?? 7); round++) {
    for (const side of ['a', 'b'] as const) {
      const { before, argv, ...options } = comparison[side]
      await before?.()
      const timing = await timeCommand(argv, options)
      if (round >= 0) timings[side].push(timing)
    }
  }
  const ratios = timings.a.map((timing, index) => figureOf(timing) / figureOf(timings.b[index] ?? timing))
  const differences = timings.a.map((timing, index) => figureOf(timing) - figureOf(timings.b[index] ?? timing))
  const ratio = median(ratios)
  const difference = median(differences)
  const met =
    (goal.ratio === undefined || ratio <= goal.ratio) && (goal.differenceSeconds === undefined || difference <= goal.differenceSeconds)
  const row = (label: string, list: readonly Timing[]) => {
    const values = list.map(figureOf)
    return `  ${label.padEnd(46)} median ${median(values).toFixed(3)} s  [${Math.min(...values).toFixed(3)} - ${Math.max(...values).toFixed(3)}]`
  }
  const goalText = goal.ratio === undefined ? `difference at most ${goal.differenceSeconds} s` : `ratio at most ${goal.ratio}`
  process.stdout.write(
    [
      `${title} (${goal.figure} seconds, ${timings.a.length} pairs)`,
      row(`A ${a.label}`, timings.a),
      row(`B ${b.label}`, timings.b),
      `  A / B ${ratio.toFixed(3)}   A - B ${difference.toFixed(3)} s   goal: ${goalText}   ${met ? 'met' : 'MISSED'}`,
      '',
    ].join('\n'),
  )
  return { title, ...timings, ratio, difference, met }
}
