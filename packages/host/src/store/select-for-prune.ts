import type { CacheSpec } from '@kernelkit/core/options'
import type { StoreItem } from './store-items.ts'

export interface PruneChoice {
  readonly remove: readonly StoreItem[]
  /** Would go, but may not now. */
  readonly kept: readonly StoreItem[]
}

/** What a prune takes away: never what is in use, the least recently used first. */
export function selectForPrune(
  items: readonly StoreItem[],
  spec: Pick<CacheSpec, 'all' | 'kinds' | 'olderThanMs' | 'maxBytes'>,
  nowMs: number,
): PruneChoice {
  const candidates = items.filter((item) => {
    if (spec.kinds.length > 0) return spec.kinds.includes(item.kind)
    // A compiler cache bounds itself and is what makes everything after a prune bearable.
    return spec.all || item.kind !== 'ccache'
  })
  const old = candidates.filter((item) => spec.all || (spec.olderThanMs !== undefined && nowMs - item.usedAtMs > spec.olderThanMs))
  const chosen = new Set(old)
  if (spec.maxBytes !== undefined) {
    const rest = candidates.filter((item) => !chosen.has(item))
    let bytes = rest.reduce((sum, item) => sum + item.bytes, 0)
    for (const item of rest.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
      if (bytes <= spec.maxBytes) break
      if (item.inUse === undefined) bytes -= item.bytes
      chosen.add(item)
    }
  }
  const picked = items.filter((item) => chosen.has(item))
  return { remove: picked.filter((item) => item.inUse === undefined), kept: picked.filter((item) => item.inUse !== undefined) }
}
