/** One entry of the cache; it answers requests once it is committed. */
export interface CacheEntry {
  readonly id: number
  readonly key: string
  /** Hash of the literal paths and the compression: entries of another version never match. */
  readonly version: string
  /** Size that the client declared when it finalized the upload. */
  readonly sizeBytes?: number
}

export interface CacheLookup {
  readonly key: string
  readonly version: string
  readonly restoreKeys: readonly string[]
}

/** The entry that answers a lookup: the exact key, else the newest that begins with the key, then with each restore key in turn. */
export function findEntry(entries: readonly CacheEntry[], lookup: CacheLookup): CacheEntry | undefined {
  const newestFirst = entries.filter((entry) => entry.sizeBytes !== undefined && entry.version === lookup.version).toReversed()
  const exact = newestFirst.find((entry) => entry.key === lookup.key)
  if (exact !== undefined) return exact
  for (const prefix of [lookup.key, ...lookup.restoreKeys]) {
    const match = newestFirst.find((entry) => entry.key.startsWith(prefix))
    if (match !== undefined) return match
  }
  return undefined
}
