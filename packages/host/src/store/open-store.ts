import { isAbsolute, join, resolve } from 'node:path'
import { renderKeyMaterial } from '@kernelkit/core/cachekey'
import { UserError, command, message, option, type Message } from '@kernelkit/core/errors'
import { allocatedBytes } from '../files/disk-space.ts'
import { specialCharacter } from '../files/plain-path.ts'
import { damageOf, forgetEntry, noteEntry } from './check-entry.ts'
import { checkStoreRoot } from './check-store-root.ts'
import { checkSharedPlace, storeInSharedPlace } from './shared-place.ts'
import type { Host } from '../host.ts'
import { isLocked, withLock } from './lock.ts'
import { artifactKinds, type ArtifactKind, type ObtainOptions, type RemoteStore, type Store, type StoreEntry } from './store.ts'
import { finish, putInPlace, readEntry, readDirectory, removeTree } from './store-directory.ts'
import { fileNameOf, hashOf, keyOf, lockNameOf } from './store-names.ts'
import { sweepStore } from './sweep-store.ts'
import { explaining } from '../process/system-error.ts'

/** $KERNELKIT_CACHE_DIR, else kernelkit's directory in $XDG_CACHE_HOME, else in ~/.cache; where make cannot take that path, one in /var/tmp. */
export function defaultStoreRoot(host: Pick<Host, 'env' | 'home' | 'cwd' | 'uid'>): string {
  const own = host.env['KERNELKIT_CACHE_DIR']
  if (own !== undefined && own !== '') return resolve(host.cwd, own)
  // "All paths set in these environment variables must be absolute": others are ignored (XDG Base Directory Specification).
  const xdg = host.env['XDG_CACHE_HOME']
  const usual = join(xdg !== undefined && isAbsolute(xdg) ? xdg : join(host.home, '.cache'), 'kernelkit')
  return specialCharacter(usual) === undefined ? usual : storeInSharedPlace(host)
}

export interface StoreOptions {
  /** Asked for what is missing here, offered what is made here. */
  readonly remote?: RemoteStore | undefined
}

/** The local artifact store; half-made entries of killed runs are removed. A store that is not writable still answers lookups. */
export async function openStore(host: Host, root: string = defaultStoreRoot(host), { remote }: StoreOptions = {}): Promise<Store> {
  await checkStoreRoot(host, root)
  const store = createStore(host, root, remote)
  await sweepStore(host, root)
  return store
}

/** The store for --dry-run: it answers from what is there and changes nothing, not even dates; what would have to be made first is an error. */
export function openStoreToLook(host: Host, root: string = defaultStoreRoot(host)): Store {
  const store = createStore(host, root)
  const readSound = soundEntries(host, root, { readOnly: true })
  const lookup: Store['lookup'] = (kind, key) => readSound({ kind, key, path: join(root, kind, key) })
  return {
    ...store,
    readOnly: true,
    lookup,
    obtain: async ({ kind, material }) => {
      const entry = await lookup(kind, keyOf(host, material))
      if (entry === undefined) throw notUnderDryRun(`the ${kind} that it needs is not in the store`)
      return { entry, cached: true }
    },
    // A lock is a directory; what is read here is written under another name and renamed.
    withLock: (_name, work) => work(),
    workDirectory: async (...parts) => join(root, ...parts),
    remove: async ({ kind, key }) => {
      throw new Error(`${kind} ${key} was to be removed under --dry-run`)
    },
  }
}

/** For what --dry-run cannot know without making something. */
export function notUnderDryRun(why: Message): UserError {
  return new UserError('DRY_RUN_LIMIT', message`${option('dry-run')} changes nothing, so it cannot continue: ${why}.`, {
    hint: message`Run it without ${option('dry-run')}; for a kernel, ${command('kernelkit config show')} fetches the source and compiles nothing.`,
  })
}

/** Entries as they were made: of one that is damaged, that is said once, and it does not count. */
function soundEntries(host: Host, root: string, options: { readonly readOnly?: boolean } = {}) {
  const reported = new Set<string>()
  return async (name: Pick<StoreEntry, 'kind' | 'key' | 'path'>): Promise<StoreEntry | undefined> => {
    await checkSharedPlace(host, root)
    const entry = await readEntry(host, name)
    const damage = entry === undefined ? undefined : await damageOf(host, root, entry, options)
    if (damage === undefined) return entry
    const { kind, key, path } = name
    if (!reported.has(path))
      host.log.warn(`the ${kind} ${key.slice(0, 12)} in the store is damaged (${damage}): it is not used, and made again`)
    reported.add(path)
    return undefined
  }
}

function createStore(host: Host, root: string, remote?: RemoteStore): Store {
  const locks = join(root, 'locks')
  const directoryOf = (kind: ArtifactKind, key: string): string => join(root, kind, key)

  const readSound = soundEntries(host, root)
  const lookupHere: Store['lookup'] = async (kind, key) => {
    const entry = await readSound({ kind, key, path: directoryOf(kind, key) })
    if (entry === undefined) return undefined
    const now = host.now()
    // A store that is not writable keeps its old time.
    await host.fs.utimes(entry.path, now / 1000, now / 1000).catch(() => {})
    return { ...entry, usedAt: now }
  }

  /** Fill a directory under a temporary name; when `fill` returns false, nothing is left. The caller holds the entry's lock. */
  const place = async (kind: ArtifactKind, key: string, fill: (making: string) => Promise<boolean>): Promise<void> => {
    const making = join(root, 'tmp', `${lockNameOf(kind, key)}.${host.randomHex(4)}`)
    await host.fs.mkdir(making, { recursive: true })
    try {
      if (!(await fill(making))) return
      await putInPlace(host, {
        making,
        final: directoryOf(kind, key),
        aside: join(root, 'tmp', `${lockNameOf(kind, key)}.${host.randomHex(4)}`),
      })
      await noteEntry(host, root, { kind, key, path: directoryOf(kind, key) })
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
    return withLock(host, { directory: locks, name: lockNameOf(kind, key), waitingFor, signal }, work)
  }

  /** A directory without the right key.txt is not the entry. */
  const bring = async (kind: ArtifactKind, key: string, signal?: AbortSignal): Promise<StoreEntry | undefined> => {
    if (remote === undefined) return undefined
    await place(kind, key, async (directory) => {
      if (!(await remote.fetch({ kind, key, directory, signal }))) return false
      const text = await host.fs.readFile(join(directory, 'key.txt'), 'utf8').catch(() => '')
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
        if (entry === undefined) throw new Error(`the store lost ${directoryOf(kind, key)} right after it was made`)
        await remote?.offer(entry)
        return { entry, cached: false }
      }
      return explaining(root, () => withEntryLock({ kind, key }, work, signal))
    },
    withLock: (name, work, options = {}) =>
      explaining(root, () =>
        withLock(
          host,
          { directory: locks, name: fileNameOf(host, name), waitingFor: options.waitingFor ?? `'${name}'`, signal: options.signal },
          work,
        ),
      ),
    workDirectory: async (...parts) => {
      for (const part of parts) {
        if (part === '' || part === '.' || part === '..' || part.includes('/')) throw new TypeError(`'${part}' is not a directory name`)
      }
      const directory = join(root, ...parts)
      await explaining(directory, () => host.fs.mkdir(directory, { recursive: true }))
      return directory
    },
    list: async () => {
      const entries: (StoreEntry & { readonly bytes: number })[] = []
      for (const kind of artifactKinds) {
        for (const key of await readDirectory(host, join(root, kind))) {
          const entry = await readEntry(host, { kind, key, path: directoryOf(kind, key) })
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
  return isLocked(host, { directory: join(store.root, 'locks'), name: lockNameOf(entry.kind, entry.key) })
}
