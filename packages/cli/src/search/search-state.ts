import { join, resolve } from 'node:path'
import type { Host, Store } from '@kernelkit/host'

/** What an interrupted search has found out, until it ends. */
export interface SearchState<T> {
  /** What is known from before. */
  readonly known: readonly T[]
  /** So many were known, of other files: they say nothing of these. */
  readonly outdated: number
  add(one: T): Promise<void>
  /** The search has its answer. */
  end(): Promise<void>
}

interface SearchQuestion<T> {
  readonly kind: string
  readonly question: unknown
  /** The command. */
  readonly argv: readonly string[]
  /** The command may call whatever is in this directory: its files as they are belong to the question. */
  readonly directory?: string | undefined
  /** But not what is below these. */
  readonly except?: readonly string[] | undefined
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

// Those of a large project; of a kernel tree the first ones.
const mostEntries = 50_000
const batch = 64

/** Names under which people keep what a command printed, such as the output of this search; a program of such a name counts all the same. */
function isOutput(name: string): boolean {
  if (!name.includes('.')) return !/^(?:GNUm|[mM])akefile$|^Kbuild$/.test(name)
  return /\.(?:log|txt|out|err|xml|html|json|tap|csv)$/i.test(name)
}

/** Names, sizes and times of programs, scripts and sources below a directory; what git keeps for itself is left out. */
async function stateOf(host: Host, directory: string, except: readonly string[]): Promise<string> {
  const lines: string[] = []
  const left = [directory]
  for (let at = left.shift(); at !== undefined && lines.length < mostEntries; at = left.shift()) {
    const listed: readonly string[] = await host.fs.readdir(at).catch(() => [])
    const names = listed.toSorted()
    for (let from = 0; from < names.length; from += batch) {
      const paths = names.slice(from, from + batch).map((name) => join(at, name))
      const stats = await Promise.all(paths.map((path) => host.fs.lstat(path).catch(() => undefined)))
      for (const [index, path] of paths.entries()) {
        const stat = stats[index]
        if (stat === undefined || except.includes(path) || path.endsWith('/.git')) continue
        if (stat.isDirectory()) left.push(path)
        else if ((stat.mode & 0o111) !== 0 || !isOutput(names[from + index] ?? ''))
          lines.push(`${path} ${stat.size} ${stat.mtimeMs} ${stat.mode}`)
      }
    }
  }
  return host.sha256(lines.join('\n'))
}

/** A file of the store for one question; `isOne` looks at each of its records. */
export async function openSearchState<T>(
  host: Host,
  store: Store,
  { kind, question, argv, directory, except = [], isOne }: SearchQuestion<T>,
): Promise<SearchState<T>> {
  const key = host.sha256(JSON.stringify({ question, argv, files: await contentsOf(host, argv) })).slice(0, 32)
  const file = join(await store.workDirectory('searches'), `${kind}-${key}.json`)
  const files = directory === undefined ? '' : await stateOf(host, directory, except)
  const kept = await readKept(host, file)
  const found = kept.records.filter((one): one is T => isOne(one))
  const known = kept.files === files ? found : []
  const all = [...known]
  return {
    known,
    outdated: found.length - known.length,
    add: async (one) => {
      all.push(one)
      await host.fs.writeAtomic(file, JSON.stringify({ files, records: all }))
    },
    end: () => host.fs.rm(file, { force: true }),
  }
}

interface Kept {
  readonly files: unknown
  readonly records: readonly unknown[]
}

async function readKept(host: Host, file: string): Promise<Kept> {
  const none = { files: '', records: [] }
  try {
    const value: unknown = JSON.parse(await host.fs.readFile(file, 'utf8'))
    if (typeof value !== 'object' || value === null || !('files' in value) || !('records' in value)) return none
    return Array.isArray(value.records) ? { files: value.files, records: value.records } : none
  } catch {
    return none
  }
}
