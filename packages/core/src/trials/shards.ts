/** One part of several: `2/5`. */
export interface Shard {
  /** From 1. */
  readonly index: number
  readonly of: number
}

/** Something that takes time. */
export interface Weighed {
  readonly name: string
  /** As the history knows it; absent: it never ran. */
  readonly seconds: number | undefined
}

/**
 * The part of each item, from 1. The longest first, each to the part with the least so far (LPT, at most 4/3 of the best: R. L. Graham, "Bounds on
 * multiprocessing timing anomalies", 1969); what never ran counts as the mean. The same items and seconds give the same parts, whatever their order.
 */
export function assignShards(items: readonly Weighed[], of: number): ReadonlyMap<string, number> {
  const known = items.flatMap(({ seconds }) => seconds ?? [])
  const mean = known.length === 0 ? 1 : known.reduce((sum, seconds) => sum + seconds, 0) / known.length
  const weighed = items
    .map(({ name, seconds }) => ({ name, seconds: seconds ?? mean }))
    .toSorted((a, b) => b.seconds - a.seconds || (a.name < b.name ? -1 : 1))
  const loads = Array.from({ length: of }, () => ({ seconds: 0, count: 0 }))
  const parts = new Map<string, number>()
  for (const { name, seconds } of weighed) {
    const lightest = loads.reduce((best, load) =>
      load.seconds < best.seconds || (load.seconds === best.seconds && load.count < best.count) ? load : best,
    )
    lightest.seconds += seconds
    lightest.count++
    parts.set(name, loads.indexOf(lightest) + 1)
  }
  return parts
}
