import { timeCommand, type TimeOptions, type Timing } from './time-command.ts'

/** One side of a comparison. */
export interface Side extends TimeOptions {
  readonly label: string
  readonly argv: readonly string[]
  /** Run before each timed run, not timed (emptying a cache, `make clean`). */
  readonly before?: () => Promise<void>
}

/** What the ratio must not exceed, from the project's own goals; printed next to the measured one. */
export interface Goal {
  readonly figure: 'wall' | 'cpu'
  readonly ratio?: number
  readonly differenceSeconds?: number
}

export interface Comparison {
  readonly title: string
  readonly goal: Goal
  readonly a: Side
  readonly b: Side
  /** Pairs, default 7. */
  readonly pairs?: number
  /** Uncounted runs of each side first, default 1. */
  readonly warmUp?: number
}

/** The middle value; of two middle values their mean. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((x, y) => x - y)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

/** Time A and B alternately (A B A B …) and print how they compare. */
export async function comparePairs(comparison: Comparison): Promise<void> {
  const timings: { a: Timing[]; b: Timing[] } = { a: [], b: [] }
  for (let round = -(comparison.warmUp ?? 1); round < (comparison.pairs ?? 7); round++) {
    for (const side of ['a', 'b'] as const) {
      const { before, argv, ...options } = comparison[side]
      await before?.()
      const timing = await timeCommand(argv, options)
      if (round >= 0) timings[side].push(timing)
    }
  }
  const { title, goal, a, b } = comparison
  printPairs({ title, goal, a: { label: a.label, timings: timings.a }, b: { label: b.label, timings: timings.b } })
}

/** What is compared of a run. */
export type Figures = Pick<Timing, 'wallSeconds' | 'cpuSeconds'>

export interface TimedPairs {
  readonly title: string
  readonly goal: Goal
  readonly a: { readonly label: string; readonly timings: readonly Figures[] }
  readonly b: { readonly label: string; readonly timings: readonly Figures[] }
}

/** Print medians, the median of the pairwise ratios and of the differences, and whether the goal is met. */
export function printPairs({ title, goal, a, b }: TimedPairs): void {
  const figureOf = (timing: Figures) => (goal.figure === 'wall' ? timing.wallSeconds : timing.cpuSeconds)
  const pairs = a.timings.map((timing, index) => ({ a: figureOf(timing), b: figureOf(b.timings[index] ?? timing) }))
  const ratio = median(pairs.map((pair) => pair.a / pair.b))
  const difference = median(pairs.map((pair) => pair.a - pair.b))
  const met =
    (goal.ratio === undefined || ratio <= goal.ratio) && (goal.differenceSeconds === undefined || difference <= goal.differenceSeconds)
  const row = (label: string, values: readonly number[]) =>
    `  ${label.padEnd(46)} median ${median(values).toFixed(3)} s  [${Math.min(...values).toFixed(3)} - ${Math.max(...values).toFixed(3)}]`
  const goalText = goal.ratio === undefined ? `difference at most ${goal.differenceSeconds} s` : `ratio at most ${goal.ratio}`
  process.stdout.write(
    [
      `${title} (${goal.figure} seconds, ${pairs.length} pairs)`,
      row(
        `A ${a.label}`,
        pairs.map((pair) => pair.a),
      ),
      row(
        `B ${b.label}`,
        pairs.map((pair) => pair.b),
      ),
      `  A / B ${ratio.toFixed(3)}   A - B ${difference.toFixed(3)} s   goal: ${goalText}   ${met ? 'met' : 'MISSED'}`,
      '',
    ].join('\n'),
  )
}
