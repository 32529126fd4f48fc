import { join, resolve } from 'node:path'
import type { Host, Store } from '@kernelkit/host'

/** What an interrupted search has found out, until it ends. */
export interface SearchState<T> {
  /** What is known from before. */
  readonly known: readonly T[]
  add(one: T): Promise<void>
  /** The search has its answer. */
  end(): Promise<void>
}

interface SearchQuestion<T> {
  readonly kind: string
  readonly question: unknown
  /** The command. */
  readonly argv: readonly string[]
  readonly isOne: (value: unknown) => value is T
}

/** Digests of the files that the words of a command name: what a program that was changed since has answered says nothing of it. */
async function contentsOf(host: Host, argv: readonly string[]): Promise<readonly (readonly [path: string, digest: string])[]> {
  // Also the line of a shell, and `--option=file`.
  const names = new Set(argv.flatMap((word) => [word, ...word.split(/[\s"'=:;&|<>()]+/)]).filter((name) => name !== ''))
  const contents = await Promise.all(
    [...names].map(async (name) => {
      const path = resolve(host.cwd, name)
      const stat = await host.fs.stat(path).catch(() => undefined)
      if (stat?.isFile() !== true) return []
      const digest = await host.sha256File(path).catch(() => 'unreadable')
      return [[name, digest] as const]
    }),
  )
  return contents.flat()
}

/** A file of the store for one question; `isOne` looks at each of its records. */
export async function openSearchState<T>(
  host: Host,
  store: Store,
  { kind, question, argv, isOne }: SearchQuestion<T>,
): Promise<SearchState<T>> {
  const key = host.sha256(JSON.stringify({ question, argv, files: await contentsOf(host, argv) })).slice(0, 32)
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
