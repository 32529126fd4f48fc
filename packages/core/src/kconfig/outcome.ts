import type { SwitchValue } from './request.ts'

/** Why a symbol cannot be switched on: the innermost reasons. */
export interface Obstacle {
  readonly symbol: string
  /** A clause that follows the symbol and `which`: `was set to n by --config -EXT4_FS`. */
  readonly reason: string
  readonly where: string | undefined
  /** The user's own n prevents it. */
  readonly byUser?: boolean
}

/** Symbols to switch, and the Kconfig line that asks for each. */
export type Changes = ReadonlyMap<string, Change>

interface Change {
  readonly value: SwitchValue
  readonly because: string
}

/** Changes that make a request possible, or what is in the way. */
export type Outcome = { readonly changes: Changes } | { readonly obstacles: readonly Obstacle[] }

export function withChange(changes: Changes, symbol: string, change: Change): Changes {
  return new Map([...changes, [symbol, change]])
}

/** EXPERT changes the defaults of a hundred options: any other way is cheaper. */
function cost(changes: Changes): number {
  return changes.size + (changes.has('EXPERT') ? 100 : 0)
}

/** The possible attempt that changes least. */
export function cheapest(attempts: readonly Outcome[]): { readonly changes: Changes } | undefined {
  const possible = attempts.filter((attempt) => 'changes' in attempt)
  return possible.toSorted((a, b) => cost(a.changes) - cost(b.changes))[0]
}

/** Each reason once. */
export function unique(obstacles: readonly Obstacle[]): readonly Obstacle[] {
  return [...new Map(obstacles.map((obstacle) => [`${obstacle.symbol} ${obstacle.reason}`, obstacle])).values()]
}
