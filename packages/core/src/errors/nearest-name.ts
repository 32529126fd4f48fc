/** The candidate nearest to a mistyped name by edit distance (at most a third of its length away), for "did you mean". */
export function nearestName(seen: string, candidates: Iterable<string>): string | undefined {
  const wanted = seen.toLowerCase()
  let best: string | undefined
  let bestDistance = Math.floor(Math.max(seen.length, 3) / 3) + 1
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - wanted.length) >= bestDistance) continue
    const distance = editDistance(wanted, candidate.toLowerCase(), bestDistance)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Characters to insert, remove, replace or swap with their neighbour (optimal string alignment); `limit` stands for all that is more. */
function editDistance(a: string, b: string, limit: number): number {
  let beforePrevious: readonly number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    let smallest = row
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const isSwapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swap = isSwapped ? (beforePrevious[column - 2] ?? 0) + 1 : limit
      const value = Math.min(substitution, swap, (previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1)
      current.push(value)
      smallest = Math.min(smallest, value)
    }
    // A swap looks back two rows.
    if (smallest > limit) return limit
    beforePrevious = previous
    previous = current
  }
  return previous[b.length] ?? limit
}
