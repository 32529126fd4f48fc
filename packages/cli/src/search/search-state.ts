import { join } from 'node:path'
import type { Host, Store } from '@kernelkit/host'

/** What an interrupted search has found out, until it ends. */
export interface SearchState<T> {
  /** What is known from before. */
  readonly known: readonly T[]
  add(one: T): Promise<void>
  /** The search has its answer. */
  end(): Promise<void>
}

/** A file of the store for one question; `isOne` looks at each of its records. */
export async function openSearchState<T>(
  host: Host,
  store: Store,
  { kind, question, isOne }: { readonly kind: string; readonly question: unknown; readonly isOne: (value: unknown) => value is T },
): Promise<SearchState<T>> {
  const key = host.sha256(JSON.stringify(question)).slice(0, 32)
  const file = join(await store.workDirectory('searches'), `${kind}-${key}.json`)
  const known = (await readList(host, file)).filter((one): one is T => isOne(one))
  const all = [...known]
  return {
    known,
    add: async (one) => {
      all.push(one)
      await host.fs.writeAtomic(file, JSON.stringify(all))
    },
    end: () => host.fs.rm(file, { force: true }),
  }
}

async function readList(host: Host, file: string): Promise<readonly unknown[]> {
  try {
    const value: unknown = JSON.parse(await host.fs.readFile(file, 'utf8'))
    return Array.isArray(value) ? value : []
  } catch {
    return []
  }
}
