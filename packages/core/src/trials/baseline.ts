import { dimensions, type Cell, type Dimension } from './cell.ts'
import type { CellPattern } from './matrix.ts'
import type { TrialState } from './repeats.ts'

/** A failure that is known: which cells, why, and until when that is accepted. */
export interface KnownFailure {
  readonly values: CellPattern['values']
  readonly reason: string
  /** The last day on which it counts, `YYYY-MM-DD`, UTC. */
  readonly until: string
  /** Line of the file. */
  readonly line: number
}

/** How a result compares with the baseline. */
export type Novelty =
  /** It passed, as it should. */
  | 'good'
  /** It failed, and no entry that still counts knows it. */
  | 'new'
  /** It failed as an entry says. */
  | 'known'
  /** It passed, and an entry says that it fails. */
  | 'fixed'

export interface ComparedCell {
  readonly novelty: Novelty
  readonly entry: KnownFailure | undefined
}

export interface Comparison {
  /** In the order of the cells; `undefined` for a cell without a state. */
  readonly cells: readonly (ComparedCell | undefined)[]
  /** Entries that met no cell, although every cell ran. */
  readonly unmatched: readonly KnownFailure[]
  /** Entries whose day has passed. */
  readonly expired: readonly KnownFailure[]
}

export interface JudgedCell {
  readonly cell: Cell
  readonly state: TrialState | undefined
}

/** Results against known failures on a day (`YYYY-MM-DD`, UTC). An entry that has expired makes its failures new again. */
export function compareWithBaseline(entries: readonly KnownFailure[], cells: readonly JudgedCell[], today: string): Comparison {
  const expired = entries.filter(({ until }) => until < today)
  const counting = entries.filter((entry) => !expired.includes(entry))
  const compared = cells.map(({ cell, state }): ComparedCell | undefined => {
    if (state === undefined) return undefined
    const entry = counting.find((one) => isAbout(one, cell))
    const isGood = state === 'pass' || state === 'flaky'
    if (isGood) return { novelty: entry === undefined || state === 'flaky' ? 'good' : 'fixed', entry }
    return { novelty: entry === undefined ? 'new' : 'known', entry }
  })
  const unmatched = counting.filter((entry) => !cells.some(({ cell }) => isAbout(entry, cell)))
  return { cells: compared, unmatched, expired }
}

function isAbout({ values }: KnownFailure, cell: Cell): boolean {
  return dimensions.every((dimension: Dimension) => values[dimension]?.includes(cell[dimension] ?? '') !== false)
}
