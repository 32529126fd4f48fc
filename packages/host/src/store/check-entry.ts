import { join } from 'node:path'
import type { Host } from '../host.ts'
import { digestEntry, listEntry, type Listing } from './list-entry.ts'
import type { StoreEntry } from './store.ts'

type EntryName = Pick<StoreEntry, 'kind' | 'key' | 'path'>

interface KnownFile {
  readonly size: string
  readonly sha256: string
  /** When it was read last; notes of an earlier release have other fields. */
  readonly print?: string
}

type KnownFiles = Readonly<Record<string, KnownFile>>

/** Notes what the files of a finished entry hold. */
export async function noteEntry(host: Host, root: string, entry: EntryName): Promise<void> {
  const listing = await listEntry(host, entry)
  if (listing !== undefined) await writeNote(host, root, entry, listing, await digestEntry(host, entry.path, listing.files()))
}

export async function forgetEntry(host: Host, root: string, entry: EntryName): Promise<void> {
  for (const path of Object.values(notePaths(root, entry))) await host.fs.rm(path, { force: true }).catch(() => {})
}

/**
 * What is wrong with an entry: a file is missing or has other bytes than when it was made. Its files are read only when
 * one of them looks touched; with `readOnly` the next check reads them again.
 */
export async function damageOf(
  host: Host,
  root: string,
  entry: EntryName,
  { readOnly = false }: { readonly readOnly?: boolean } = {},
): Promise<string | undefined> {
  const listing = await listEntry(host, entry).catch(() => undefined)
  if (listing === undefined) return undefined
  const paths = notePaths(root, entry)
  if ((await host.fs.readFile(paths.seen, 'utf8').catch(() => '')) === host.sha256(listing.text)) return undefined
  const known = await readKnown(host, paths.files)
  const canWrite = !readOnly && (await isWritable(host, root))
  if (known === undefined) {
    // Of what an earlier release made nothing is known: what it holds now is all that it can be compared with.
    if (!canWrite) return undefined
    host.log.info(`noting the digests of the ${entry.kind} ${entry.key.slice(0, 12)} in the store, which an earlier release made`)
    await noteEntry(host, root, entry).catch(() => {})
    return undefined
  }
  const files = listing.files()
  for (const [name, { size }] of Object.entries(known)) {
    const file = files.get(name)
    if (file === undefined) return `${name} is missing`
    if (file.size !== size) return `${name} has ${file.size} bytes instead of ${size}`
  }
  const isSame = (name: string) => known[name]?.print === files.get(name)?.print
  const touched = await digestEntry(host, entry.path, new Map([...files].filter(([name]) => !isSame(name))))
  const digests = new Map(touched)
  for (const [name, { sha256 }] of Object.entries(known)) {
    if (isSame(name)) digests.set(name, sha256)
    else if (touched.get(name) !== sha256) return `${name} has other bytes than when it was made`
  }
  // A copied or restored store: its files are read once.
  if (canWrite) await writeNote(host, root, entry, listing, digests).catch(() => {})
  return undefined
}

/** Not in the entry: what an entry holds is the same wherever it was made. */
function notePaths(root: string, { kind, key }: Pick<EntryName, 'kind' | 'key'>): { readonly files: string; readonly seen: string } {
  const path = join(root, 'state', 'digests', `${kind}-${key}`)
  // The second is short: it is all that is read while nothing was touched.
  return { files: `${path}.json`, seen: `${path}.seen` }
}

async function writeNote(
  host: Host,
  root: string,
  entry: EntryName,
  listing: Listing,
  digests: ReadonlyMap<string, string>,
): Promise<void> {
  const known: [string, KnownFile][] = []
  for (const [name, { size, print }] of listing.files()) {
    const sha256 = digests.get(name)
    if (sha256 !== undefined) known.push([name, { size, sha256, print }])
  }
  const paths = notePaths(root, entry)
  await host.fs.mkdir(join(root, 'state', 'digests'), { recursive: true })
  await host.fs.writeAtomic(paths.files, JSON.stringify(Object.fromEntries(known)))
  await host.fs.writeAtomic(paths.seen, host.sha256(listing.text))
}

async function isWritable(host: Host, root: string): Promise<boolean> {
  return host.fs.access(root, host.fs.constants.W_OK).then(
    () => true,
    () => false,
  )
}

async function readKnown(host: Host, path: string): Promise<KnownFiles | undefined> {
  try {
    // Written by writeNote; a note that was cut is as good as a missing one.
    return JSON.parse(await host.fs.readFile(path, 'utf8')) as KnownFiles
  } catch {
    return undefined
  }
}
