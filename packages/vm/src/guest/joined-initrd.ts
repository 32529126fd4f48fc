import { join } from 'node:path'
import type { Host, Store } from '@kernelkit/host'
import { joinInitrds } from './agent-initrd.ts'

// Many small archives, or the last large one: `replay.sh` of past runs reads them too.
const mostBytes = 1 << 30
// A run that was planned a moment ago, or a command line that was just printed, may still want its archive.
const inUseMs = 60 * 60_000

/** The user's archive followed by the agent's, as a file of the store that is named by their contents; old ones make room. */
export async function joinedInitrd(options: {
  readonly user: string
  readonly agent: string
  readonly host: Host
  readonly store: Store
}): Promise<string> {
  const { user, agent, host, store } = options
  const identity = `unpacked\n${agent}\n${await host.sha256File(user)}`
  return storedInitrd({ identity, host, store, write: (to) => joinInitrds({ user, agent, to, host }) })
}

/** An archive that is put together for a VM, once for each identity. */
export function storedInitrd(options: Omit<StoredFile, 'place'>): Promise<string> {
  return storedFile({ ...options, place: { directory: 'initrds', ending: 'cpio', mostBytes } })
}

/** A file of the store that can be made again at any time; old ones make room. */
export interface StoredFile {
  readonly place: { readonly directory: string; readonly ending: string; readonly mostBytes: number }
  /** All that shapes its content. */
  readonly identity: string
  readonly host: Host
  readonly store: Store
  readonly write: (to: string) => Promise<void>
}

export async function storedFile({ place, identity, host, store, write }: StoredFile): Promise<string> {
  const key = host.sha256(identity).slice(0, 16)
  const directory = await store.workDirectory(place.directory)
  const path = join(directory, `${key}.${place.ending}`)
  // Under --dry-run the store gets only what the printed command line needs.
  const isChanged = store.readOnly !== true
  const now = new Date(host.now())
  // Its time says when it was last wanted; a file that is not ours keeps its own.
  if (isChanged) await host.fs.utimes(path, now, now).catch(() => {})
  if (await host.fs.exists(path)) return path
  const temporary = `${path}.${host.randomHex(4)}.tmp`
  try {
    await write(temporary)
    await host.fs.rename(temporary, path)
  } finally {
    await host.fs.rm(temporary, { force: true })
  }
  if (isChanged) await makeRoom(host, directory, place.mostBytes)
  return path
}

async function makeRoom(host: Host, directory: string, most: number): Promise<void> {
  const files = await Promise.all(
    (await host.fs.readdir(directory)).map(async (name) => {
      const path = join(directory, name)
      const facts = await host.fs.stat(path).catch(() => undefined)
      return { path, bytes: facts?.size ?? 0, usedAtMs: facts?.mtimeMs ?? 0 }
    }),
  )
  let kept = 0
  for (const { path, bytes, usedAtMs } of files.toSorted((a, b) => b.usedAtMs - a.usedAtMs)) {
    kept += bytes
    if (kept > most && host.now() - usedAtMs > inUseMs) await host.fs.rm(path, { force: true })
  }
}
