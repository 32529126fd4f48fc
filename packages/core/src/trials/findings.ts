import { dimensions, type Cell, type Dimension } from './cell.ts'
import type { TrialState } from './repeats.ts'

/** A cell that has ended. */
export interface EndedCell {
  readonly cell: Cell
  /** `undefined`: it was left out or interrupted. */
  readonly state: TrialState | undefined
  /** Release of the kernel that ran, such as 6.1.0-50-cloud-amd64. */
  readonly release: string | undefined
}

/**
 * One line for each test that failed in some cells and passed in others: what those that failed have in common. `cachestat fails only on 5.10
 * and 6.1 (debian:11/cloud, debian:12/cloud)`. A test that failed everywhere, or has cells without a verdict, has none.
 */
export function findPatterns(cells: readonly EndedCell[]): readonly string[] {
  return groupBy(cells, ({ cell }) => cell.test).flatMap(([test, own]) => {
    const judged = own.filter(({ state }) => state !== undefined)
    const failed = judged.filter(isBad)
    const passed = judged.filter((one) => !isBad(one))
    if (failed.length === 0 || passed.length === 0) return []
    const deciding = dimensions.filter((dimension) => dimension !== 'test').find((dimension) => isDeciding(dimension, failed, passed))
    if (deciding === undefined) return [`${test} fails in ${failed.length} of ${judged.length} cells, with nothing in common`]
    const [bad, good] = [valuesOf(deciding, failed), valuesOf(deciding, passed)]
    // What fails is what is looked for, unless that list is more than twice as long.
    return [
      good.length * 2 < bad.length
        ? `${test} passes only ${where(deciding, good, passed)}`
        : `${test} fails only ${where(deciding, bad, failed)}`,
    ]
  })
}

function isBad({ state }: EndedCell): boolean {
  return state !== 'pass' && state !== 'flaky'
}

/** No value of the dimension is on both sides. */
function isDeciding(dimension: Dimension, failed: readonly EndedCell[], passed: readonly EndedCell[]): boolean {
  const good = new Set(valuesOf(dimension, passed))
  return valuesOf(dimension, failed).every((value) => !good.has(value))
}

function valuesOf(dimension: Dimension, cells: readonly EndedCell[]): readonly string[] {
  return [...new Set(cells.map(({ cell }) => cell[dimension] ?? 'none'))]
}

function where(dimension: Dimension, values: readonly string[], cells: readonly EndedCell[]): string {
  if (dimension !== 'kernel') return `with ${dimension} ${listWords(values)}`
  const series = values.map((value) => seriesOf(cells.find(({ cell }) => cell.kernel === value)?.release))
  const known = series.filter((one) => one !== undefined)
  return known.length < values.length || new Set(known).size < known.length
    ? `on ${listWords(values)}`
    : `on ${listWords(known)} (${values.join(', ')})`
}

/** `6.1` of `6.1.0-50-cloud-amd64`. */
export function seriesOf(release: string | undefined): string | undefined {
  return release === undefined ? undefined : /^\d+\.\d+/.exec(release)?.[0]
}

/** `a`, `a and b`, `a, b and c`. */
function listWords(words: readonly string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1) ?? ''}`
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): readonly (readonly [string, readonly T[]])[] {
  const groups = new Map<string, T[]>()
  for (const item of items) {
    const group = groups.get(key(item))
    if (group === undefined) groups.set(key(item), [item])
    else group.push(item)
  }
  return [...groups]
}
