import { join } from 'node:path'
import type { Host } from '../host.ts'
import type { StoreEntry } from './store.ts'

type EntryName = Pick<StoreEntry, 'kind' | 'key' | 'path'>

interface KnownFile {
  readonly size: string
  readonly sha256: string
  readonly inode: string
  readonly mtimeNs: string
}

type KnownFiles = Readonly<Record<string, KnownFile>>

/** Notes what the files of a finished entry hold: those at its top, which are what runs use. */
export async function noteEntry(host: Host, root: string, entry: EntryName): Promise<void> {
  const names = (await host.fs.readdir(entry.path, { withFileTypes: true })).filter((item) => item.isFile()).map(({ name }) => name)
  const known = await Promise.all(names.map(async (name) => [name, await knownFile(host, join(entry.path, name))] as const))
  await writeKnown(host, root, entry, Object.fromEntries(known))
}

export async function forgetEntry(host: Host, root: string, entry: EntryName): Promise<void> {
  await host.fs.rm(notePath(root, entry), { force: true }).catch(() => {})
}

/** What is wrong with an entry: a file is missing or has other bytes than when it was made. Reads only files that look touched. */
export async function damageOf(host: Host, root: string, entry: EntryName): Promise<string | undefined> {
  const known = await readKnown(host, root, entry)
  const seen: Record<string, KnownFile> = {}
  let isNoteOld = false
  for (const [name, file] of Object.entries(known)) {
    const path = join(entry.path, name)
    const stat = await host.fs.stat(path, { bigint: true }).catch(() => undefined)
    if (stat === undefined) return `${name} is missing`
    if (String(stat.size) !== file.size) return `${name} has ${stat.size} bytes instead of ${file.size}`
    if (String(stat.ino) !== file.inode || String(stat.mtimeNs) !== file.mtimeNs) {
      const now = await knownFile(host, path)
      if (now.sha256 !== file.sha256) return `${name} has other bytes than when it was made`
      seen[name] = now
      isNoteOld = true
    } else seen[name] = file
  }
  // A copied or restored store: its files are read once.
  if (isNoteOld) await writeKnown(host, root, entry, seen).catch(() => {})
  return undefined
}

async function knownFile(host: Host, path: string): Promise<KnownFile> {
  const stat = await host.fs.stat(path, { bigint: true })
  return { size: String(stat.size), sha256: await host.sha256File(path), inode: String(stat.ino), mtimeNs: String(stat.mtimeNs) }
}

/** Not in the entry: what an entry holds is the same wherever it was made. */
function notePath(root: string, { kind, key }: Pick<EntryName, 'kind' | 'key'>): string {
  return join(root, 'state', 'digests', `${kind}-${key}.json`)
}

async function writeKnown(host: Host, root: string, entry: EntryName, known: KnownFiles): Promise<void> {
  const path = notePath(root, entry)
  await host.fs.mkdir(join(root, 'state', 'digests'), { recursive: true })
  await host.fs.writeAtomic(path, JSON.stringify(known))
}

/** Nothing is known of what an earlier release made. */
async function readKnown(host: Host, root: string, entry: EntryName): Promise<KnownFiles> {
  try {
    // Written by writeKnown; a note that was cut is as good as a missing one.
    return JSON.parse(await host.fs.readFile(notePath(root, entry), 'utf8')) as KnownFiles
  } catch {
    return {}
  }
}
