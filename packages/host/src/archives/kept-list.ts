import { join } from 'node:path'
import type { Host } from '../host.ts'
import { notUnderDryRun } from '../store/open-store.ts'
import type { Store } from '../store/store.ts'

/** What a server offers, or why nothing is known. */
export type ListAnswer<T> =
  | { readonly kind: 'found'; readonly list: T }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreachable'; readonly reason: string }

export interface KeptList<T> {
  /** Name of its directory in the store. */
  readonly name: string
  /** What it is, as in "the list of kernels of bookworm". */
  readonly what: string
  /** Who is asked, for the message that the last list is used. */
  readonly server: string
  /** Changed when the list holds something else. */
  readonly recipe: number
  /** A list of this age is asked for anew; `undefined`: it never changes. */
  readonly maxAgeMs: number | undefined
  /** Asks the server; the directory may hold files of its own. */
  readonly fetch: (directory: string) => Promise<ListAnswer<T>>
  readonly signal?: AbortSignal | undefined
}

interface Stored<T> {
  readonly recipe: number
  readonly fetchedAtMs: number
  readonly list: T
}

/** A list of a server, kept in the store: asked for once as long as it is young, and the last one when the server cannot be reached. */
export async function readKeptList<T>(host: Host, store: Store, kept: KeptList<T>): Promise<ListAnswer<T>> {
  const directory = await store.workDirectory('archives', kept.name)
  const file = join(directory, 'index.json')
  const read = async (): Promise<{ readonly list: T; readonly isYoung: boolean } | undefined> => {
    try {
      const stored = JSON.parse(await host.fs.readFile(file, 'utf8')) as Stored<T>
      if (stored.recipe !== kept.recipe) return undefined
      return { list: stored.list, isYoung: kept.maxAgeMs === undefined || host.now() - stored.fetchedAtMs < kept.maxAgeMs }
    } catch {
      return undefined
    }
  }
  const last = await read()
  if (last?.isYoung === true) return { kind: 'found', list: last.list }
  if (store.readOnly === true) {
    if (last !== undefined) return { kind: 'found', list: last.list }
    throw notUnderDryRun(`${kept.what} is not in the store`)
  }
  return store.withLock(
    `archive-${kept.name}`,
    async () => {
      const meanwhile = await read()
      if (meanwhile?.isYoung === true) return { kind: 'found', list: meanwhile.list }
      const answer = await kept.fetch(directory).catch((error: unknown): ListAnswer<T> => {
        // Nothing is missing while there is a last one.
        if (last === undefined || (error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
        return { kind: 'unreachable', reason: `no space is left at ${directory}` }
      })
      if (answer.kind === 'found') {
        const stored: Stored<T> = { recipe: kept.recipe, fetchedAtMs: host.now(), list: answer.list }
        await host.fs.writeAtomic(file, JSON.stringify(stored))
        return answer
      }
      if (last === undefined || answer.kind === 'absent') return answer
      host.log.warn(`${kept.server} could not be asked for ${kept.what} (${answer.reason}); using the last known one`)
      return { kind: 'found', list: last.list }
    },
    { signal: kept.signal, waitingFor: kept.what },
  )
}
