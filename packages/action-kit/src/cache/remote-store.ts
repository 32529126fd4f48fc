import { allocatedBytes, withTask, type ArtifactKind, type Host, type RemoteStore, type StoreEntry } from '@kernelkit/host'
import { emptyDirectory, type ActionsCache } from './actions-cache.ts'
import { findDamage, writeChecksums } from './checksums.ts'

/** The Actions cache as a level of the store, and whether it took what was offered. */
export interface CacheStore extends RemoteStore {
  /** Something made here is in the cache now. */
  readonly saved: () => boolean
}

export interface CacheStoreOptions {
  readonly cache: ActionsCache
  /** What is worth its place in the 10 GB of a repository. */
  readonly kinds: readonly ArtifactKind[]
  /** Of this run and attempt: entries cannot be replaced, so the successor of a damaged one needs a name of its own. */
  readonly run: string
  /** Shows at the top of the run that nothing was saved. */
  readonly notice: (text: string) => void
}

/** Entries of the store by their keys; one that came damaged counts as absent. */
export function createCacheStore(host: Host, { cache, kinds, run, notice }: CacheStoreOptions): CacheStore {
  const damaged = new Set<string>()
  // Making a plan has asked already.
  const absent = new Set<string>()
  let saved = false
  return {
    saved: () => saved,
    fetch: async ({ kind, key, directory }) => {
      if (!kinds.includes(kind) || !(await cache.isAvailable())) return false
      const name = nameOf({ kind, key })
      if (absent.has(name)) return false
      const candidates = [{ key: name }, { key: `${name}-again`, prefixes: [`${name}-again-`] }]
      const title = `${kind} ${short(key)} from the Actions cache`
      const size = await withTask(host, { title, note: (found) => found ?? 'it has none' }, async () => {
        for (const candidate of candidates) {
          const came = await cache.restore({ directory, ...candidate })
          // The client says the same of an entry that is not there and of one that breaks off.
          if (came === undefined && !(await cache.has(candidate.key))) break
          const damage = came === undefined ? 'it does not unpack' : await findDamage(host, directory)
          if (damage === undefined) return mebibytes(await allocatedBytes(host, directory))
          host.log.warn(`${kind} ${short(key)} came damaged from the Actions cache (${damage}): it is made again`)
          damaged.add(name)
          await emptyDirectory(host, directory)
        }
        return undefined
      })
      if (size === undefined) absent.add(name)
      return size !== undefined
    },
    offer: async (entry) => {
      if (!kinds.includes(entry.kind) || !(await cache.isAvailable())) return
      await writeChecksums(host, entry.path)
      const name = nameOf(entry)
      const size = mebibytes(await allocatedBytes(host, entry.path))
      const title = `save ${entry.kind} ${short(entry.key)} to the Actions cache, ${size}`
      saved = await withTask(host, { title, note: (isSaved) => (isSaved ? '' : 'not saved') }, () =>
        cache.save({ directory: entry.path, key: damaged.has(name) ? `${name}-again-${run}` : name }),
      )
      if (!saved)
        notice(
          `The ${entry.kind} was not saved to the Actions cache: this run may not write to it, or another run saved it first. The next run makes it again.`,
        )
    },
  }
}

function nameOf({ kind, key }: Pick<StoreEntry, 'kind' | 'key'>): string {
  return `${kind}-${key}`
}

function short(key: string): string {
  return key.slice(0, 12)
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`
}
