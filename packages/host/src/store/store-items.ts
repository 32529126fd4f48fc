import { join } from 'node:path'
import { allocatedBytes } from '../files/disk-space.ts'
import type { Host } from '../host.ts'
import { isLocked } from './lock.ts'
import { isEntryLocked } from './open-store.ts'
import { artifactKinds, type Store, type StoreEntry } from './store.ts'
import { readDirectory, removeTree } from './store-directory.ts'
import { explaining } from '../process/system-error.ts'

/** Something in the store that can be listed and removed as a whole. */
export interface StoreItem {
  /** The top-level directory: an artifact kind, or the name of a work directory. */
  readonly kind: string
  readonly name: string
  readonly path: string
  readonly bytes: number
  readonly usedAtMs: number
  /** A few words from the manifest: release, suite. */
  readonly label: string | undefined
  /** Set for artifacts. */
  readonly entry: StoreEntry | undefined
  /** Why it may not be removed now. */
  readonly inUse: string | undefined
}

// Not counted and not offered: locks and half-made directories come and go; the state is a few KiB that runs rely on; the command's compiled code
// would be written again by the command that removes it.
const ownDirectories: readonly string[] = ['tmp', 'locks', 'state', 'compiled']

/** Everything that the store holds, largest first. */
export async function listStoreItems(host: Host, store: Store): Promise<readonly StoreItem[]> {
  const open = await pathsInUse(host)
  const entries = await store.list()
  const artifacts = await Promise.all(
    entries.map(async (entry): Promise<StoreItem> => {
      const { kind, key, path, bytes, usedAt } = entry
      const inUse = (await isEntryLocked(host, store, entry)) ? 'a run is making it' : isOpen(open, path) ? 'a process uses it' : undefined
      return { kind, name: key, path, bytes, usedAtMs: usedAt, label: await readLabel(host, path), entry, inUse }
    }),
  )
  const work = await workItems(host, store, open)
  return [...artifacts, ...work].toSorted((a, b) => b.bytes - a.bytes)
}

/** Remove one item; a killed removal leaves nothing under the old name. */
export async function removeStoreItem(host: Host, store: Store, item: StoreItem): Promise<void> {
  if (item.entry !== undefined) return store.remove(item.entry)
  await explaining(item.path, async () => {
    const aside = join(store.root, 'tmp', `${item.kind}-${host.randomHex(4)}.pruned`)
    await host.fs.mkdir(join(store.root, 'tmp'), { recursive: true })
    await host.fs.rename(item.path, aside)
    await removeTree(host, aside)
  })
}

async function workItems(host: Host, store: Store, open: readonly string[]): Promise<readonly StoreItem[]> {
  const directories = (await readDirectory(host, store.root)).filter(
    (name) => !ownDirectories.includes(name) && !artifactKinds.some((kind) => kind === name),
  )
  // A named lock does not say which directory it guards.
  const locks = (await readDirectory(host, join(store.root, 'locks'))).filter((name) => name.startsWith('own-') && name.endsWith('.lock'))
  const held = await Promise.all(
    locks.map((name) => isLocked(host, { directory: join(store.root, 'locks'), name: name.slice(0, -'.lock'.length) })),
  )
  const items: StoreItem[] = []
  for (const kind of directories) {
    // ccache keeps its own books: it goes whole or not at all.
    const names = kind === 'ccache' ? ['.'] : await readDirectory(host, join(store.root, kind))
    for (const name of names) {
      const path = join(store.root, kind, name)
      const inUse = held.includes(true) ? 'another run is at work' : isOpen(open, path) ? 'a process uses it' : undefined
      items.push({
        kind,
        name,
        path,
        bytes: await allocatedBytes(host, path),
        usedAtMs: await changedAtMs(host, path),
        label: undefined,
        entry: undefined,
        inUse,
      })
    }
  }
  return items
}

/** Files, directories and command lines of processes that we may look at. */
async function pathsInUse(host: Host): Promise<readonly string[]> {
  const own = await host.fs.readlink('/proc/self').catch(() => '')
  const pids = (await readDirectory(host, '/proc')).filter((name) => /^\d+$/.test(name) && name !== own)
  const lists = await Promise.all(
    pids.map(async (pid) => {
      const descriptors = await readDirectory(host, `/proc/${pid}/fd`)
      const links = ['cwd', ...descriptors.map((fd) => `fd/${fd}`)]
      const targets = await Promise.all(links.map((link) => host.fs.readlink(`/proc/${pid}/${link}`).catch(() => '')))
      // QEMU has read its kernel long ago, but gdb will want the file.
      return [...targets, await host.fs.readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')]
    }),
  )
  return lists.flat()
}

function isOpen(open: readonly string[], path: string): boolean {
  return open.some((text) => text === path || text.includes(`${path}/`) || text.includes(`${path}\0`))
}

/** The newest time of the directory and what is directly in it. */
async function changedAtMs(host: Host, path: string): Promise<number> {
  const names = await readDirectory(host, path)
  const times = await Promise.all(
    ['.', ...names].map((name) =>
      host.fs.stat(join(path, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      ),
    ),
  )
  return Math.max(0, ...times)
}

async function readLabel(host: Host, directory: string): Promise<string | undefined> {
  const text = await host.fs.readFile(join(directory, 'manifest.json'), 'utf8').catch(() => '{}')
  try {
    return labelOf(JSON.parse(text))
  } catch {
    return undefined
  }
}

/** What distinguishes a manifest from others of its kind: release or suite, architecture, where it came from. */
export function labelOf(manifest: unknown): string | undefined {
  const { release, suite, arch, source, tarball, package: debPackage } = fieldsOf(manifest)
  const { label } = fieldsOf(source)
  const { name, version } = fieldsOf(debPackage)
  const words = [release ?? suite ?? tarball, arch, label, name, version].filter((word) => typeof word === 'string')
  return words.length === 0 ? undefined : words.join(' ')
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}
