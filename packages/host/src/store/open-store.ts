import { isAbsolute, join, resolve } from 'node:path'
import { renderKeyMaterial } from '@kernelkit/core/cachekey'
import { UserError } from '@kernelkit/core/errors'
import { allocatedBytes } from '../files/allocated-bytes.ts'
import { damageOf, forgetEntry, noteEntry } from './check-entry.ts'
import { checkStoreRoot } from './check-store-root.ts'
import type { Host } from '../host.ts'
import { isLocked, withLock } from './lock.ts'
import type { ArtifactKind, ObtainOptions, RemoteStore, Store, StoreEntry } from './store.ts'
import { finish, putInPlace, readEntry, readFolder, removeTree } from './store-directory.ts'
import { fileNameOf, hashOf, keyOf, lockNameOf } from './store-names.ts'
import { sweepStore } from './sweep-store.ts'
import { explaining } from '../process/system-error.ts'

/** The first folder level of artifacts. */
export const artifactKinds: readonly ArtifactKind[] = ['kernel', 'image', 'source', 'agent', 'rootfs']

/** $KERNELKIT_CACHE_DIR, else kernelkit's folder in $XDG_CACHE_HOME, else in ~/.cache. */
export function defaultStoreRoot(host: Pick<Host, 'env' | 'home' | 'cwd'>): string {
  const own = host.env['KERNELKIT_CACHE_DIR']
  if (own !== undefined && own !== '') return resolve(host.cwd, own)
  // "All paths set in these environment variables must be absolute": others are ignored (XDG Base Directory Specification).
  const xdg = host.env['XDG_CACHE_HOME']
  return join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(host.home, '.cache'), 'kernelkit')
}

export interface StoreOptions {
  /** Asked for what is not here, offered what is made here. */
  readonly remote?: RemoteStore | undefined
}

/** The local artifact store; what killed runs left half-made is removed. A store that can only be read still answers lookups. */
export async function openStore(host: Host, root: string = defaultStoreRoot(host), { remote }: StoreOptions = {}): Promise<Store> {
  await checkStoreRoot(host, root)
  const store = createStore(host, root, remote)
  await sweepStore(host, root)
  return store
}

/** The store for --dry-run: it answers what is there and changes nothing, not even dates; what would have to be made first is an error. */
export function openStoreToLook(host: Host, root: string = defaultStoreRoot(host)): Store {
  const store = createStore(host, root)
  const lookup: Store['lookup'] = (kind, key) => readEntry(host, { kind, key, path: join(root, kind, key) })
  return {
    ...store,
    readOnly: true,
    lookup,
    obtain: async ({ kind, material }) => {
      const entry = await lookup(kind, keyOf(host, material))
      if (entry === undefined) throw notUnderDryRun(`the ${kind} that it needs to answer is not in the store`)
      return { entry, cached: true }
    },
    // A lock is a folder; what is read here is written under another name and renamed.
    withLock: (_name, work) => work(),
    workFolder: async (...parts) => join(root, ...parts),
    remove: async ({ kind, key }) => {
      throw new Error(`${kind} ${key} was to be removed under --dry-run`)
    },
  }
}

/** For what --dry-run cannot tell without making something. */
export function notUnderDryRun(why: string): UserError {
  return new UserError('DRY_RUN_LIMIT', `--dry-run changes nothing, so it cannot go on: ${why}.`, {
    hint: 'run it without --dry-run; for a kernel, `kernelkit config show` fetches the source and compiles nothing.',
  })
}

function createStore(host: Host, root: string, remote?: RemoteStore): Store {
  const locks = join(root, 'locks')
  const folderOf = (kind: ArtifactKind, key: string): string => join(root, kind, key)

  const reported = new Set<string>()
  const lookupHere: Store['lookup'] = async (kind, key) => {
    const entry = await readEntry(host, { kind, key, path: folderOf(kind, key) })
    if (entry === undefined) return undefined
    const damage = await damageOf(host, root, entry)
    if (damage !== undefined) {
      if (!reported.has(entry.path))
        host.log.warn(`the ${kind} ${key.slice(0, 12)} in the store is damaged (${damage}): it is not used, and made again`)
      reported.add(entry.path)
      return undefined
    }
    const now = host.now()
    // A store that can only be read keeps its old time.
    await host.fs.utimes(entry.path, now / 1000, now / 1000).catch(() => {})
    return { ...entry, usedAt: now }
  }

  /** Fill a folder under a temporary name; what `fill` says no to leaves nothing. Whoever calls this holds the entry's lock. */
  const place = async (kind: ArtifactKind, key: string, fill: (making: string) => Promise<boolean>): Promise<void> => {
    const making = join(root, 'tmp', `${lockNameOf(kind, key)}.${host.randomHex(4)}`)
    await host.fs.mkdir(making, { recursive: true })
    try {
      if (!(await fill(making))) return
      await putInPlace(host, {
        making,
        final: folderOf(kind, key),
        aside: join(root, 'tmp', `${lockNameOf(kind, key)}.${host.randomHex(4)}`),
      })
      await noteEntry(host, root, { kind, key, path: folderOf(kind, key) })
    } finally {
      await removeTree(host, making)
    }
  }

  const make = ({ kind, material, produce, signal }: ObtainOptions, key: string): Promise<void> =>
    place(kind, key, async (making) => {
      await produce(making)
      signal?.throwIfAborted()
      await finish(host, making, { kind, key, text: renderKeyMaterial(material) })
      return true
    })

  const withEntryLock = <T>(entry: Pick<StoreEntry, 'kind' | 'key'>, work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
    const { kind, key } = entry
    const waitingFor = `the ${kind} ${key.slice(0, 12)}, which is being made`
    return withLock(host, { folder: locks, name: lockNameOf(kind, key), waitingFor, signal }, work)
  }

  /** What came without the right key.txt is not the entry. */
  const bring = async (kind: ArtifactKind, key: string, signal?: AbortSignal): Promise<StoreEntry | undefined> => {
    if (remote === undefined) return undefined
    await place(kind, key, async (folder) => {
      if (!(await remote.fetch({ kind, key, folder, signal }))) return false
      const text = await host.fs.readFile(join(folder, 'key.txt'), 'utf8').catch(() => '')
      return hashOf(host, text) === key
    })
    return lookupHere(kind, key)
  }

  const lookup: Store['lookup'] = async (kind, key) => {
    const found = await lookupHere(kind, key)
    if (found !== undefined || remote === undefined) return found
    return explaining(root, () => withEntryLock({ kind, key }, async () => (await lookupHere(kind, key)) ?? bring(kind, key)))
  }

  return {
    root,
    keyOf: (material) => keyOf(host, material),
    lookup,
    obtain: async (options) => {
      const { kind, signal, force } = options
      const key = keyOf(host, options.material)
      const found = force === true ? undefined : await lookupHere(kind, key)
      if (found !== undefined) return { entry: found, cached: true }
      const work = async () => {
        const madeMeanwhile = force === true ? undefined : ((await lookupHere(kind, key)) ?? (await bring(kind, key, signal)))
        if (madeMeanwhile !== undefined) return { entry: madeMeanwhile, cached: true }
        await make(options, key)
        const entry = await lookupHere(kind, key)
        if (entry === undefined) throw new Error(`the store lost ${folderOf(kind, key)} right after it was made`)
        await remote?.offer(entry)
        return { entry, cached: false }
      }
      return explaining(root, () => withEntryLock({ kind, key }, work, signal))
    },
    withLock: (name, work, options = {}) =>
      explaining(root, () =>
        withLock(
          host,
          { folder: locks, name: fileNameOf(host, name), waitingFor: options.waitingFor ?? `'${name}'`, signal: options.signal },
          work,
        ),
      ),
    workFolder: async (...parts) => {
      for (const part of parts) {
        if (part === '' || part === '.' || part === '..' || part.includes('/'))
          throw new TypeError(`'${part}' is not the name of one folder`)
      }
      const folder = join(root, ...parts)
      await explaining(folder, () => host.fs.mkdir(folder, { recursive: true }))
      return folder
    },
    list: async () => {
      const entries: (StoreEntry & { readonly bytes: number })[] = []
      for (const kind of artifactKinds) {
        for (const key of await readFolder(host, join(root, kind))) {
          const entry = await readEntry(host, { kind, key, path: folderOf(kind, key) })
          if (entry !== undefined) entries.push({ ...entry, bytes: await allocatedBytes(host, entry.path) })
        }
      }
      return entries
    },
    remove: (entry) =>
      explaining(entry.path, () =>
        withEntryLock(entry, async () => {
          // Renamed first: a removal that is interrupted leaves no half entry under a final name.
          const aside = join(root, 'tmp', `${lockNameOf(entry.kind, entry.key)}.${host.randomHex(4)}`)
          await host.fs.mkdir(join(root, 'tmp'), { recursive: true })
          await host.fs.rename(entry.path, aside)
          await removeTree(host, aside)
          await forgetEntry(host, root, entry)
        }),
      ),
  }
}

/** True while a run makes, replaces or removes this entry. */
export function isEntryLocked(host: Host, store: Pick<Store, 'root'>, entry: Pick<StoreEntry, 'kind' | 'key'>): Promise<boolean> {
  return isLocked(host, { folder: join(store.root, 'locks'), name: lockNameOf(entry.kind, entry.key) })
}
