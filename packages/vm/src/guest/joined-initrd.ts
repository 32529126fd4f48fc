import { basename, dirname, join } from 'node:path'
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

/** Raised when files are kept in another way. */
const layout = '2'

export async function storedFile({ place, identity, host, store, write }: StoredFile): Promise<string> {
  const key = host.sha256(`${layout}\n${identity}`).slice(0, 16)
  const name = `${key}.${place.ending}`
  const path = join(await store.workDirectory(place.directory), name)
  const notes = await store.workDirectory('state', place.directory)
  const note = join(notes, noteOf(name))
  // Under --dry-run the store gets only what the printed command line needs.
  const isChanged = store.readOnly !== true
  const damage = await damageOf(host, path, note)
  if (damage === undefined) {
    if (isChanged) await markUsed(host, path).catch(() => {})
    return path
  }
  if (damage !== 'absent') host.log.warn(`${path} in the store is damaged (${damage}): it is not used, and made again`)
  const temporary = `${path}.${host.randomHex(4)}.tmp`
  try {
    await write(temporary)
    await markUsed(host, temporary)
    await host.fs.mkdir(notes, { recursive: true })
    await host.fs.writeAtomic(note, String((await host.fs.stat(temporary)).size))
    await host.fs.rename(temporary, path)
  } finally {
    await host.fs.rm(temporary, { force: true })
  }
  if (isChanged) await makeRoom(host, { directory: dirname(path), notes, most: place.mostBytes })
  return path
}

/** Its time says when it was last wanted, in whole seconds: a program that writes to the file leaves a fraction. A file that is not ours keeps its own. */
async function markUsed(host: Host, path: string): Promise<void> {
  const seconds = Math.floor(host.now() / 1000)
  await host.fs.utimes(path, seconds, seconds)
}

/** Looked at without reading it: such a file may have gigabytes. */
async function damageOf(host: Host, path: string, note: string): Promise<string | undefined> {
  const facts = await host.fs.stat(path).catch(() => undefined)
  if (facts === undefined) return 'absent'
  const size = await host.fs.readFile(note, 'utf8').catch(() => undefined)
  if (size !== undefined && size !== String(facts.size)) return `it has ${facts.size} bytes instead of ${size}`
  return facts.mtimeMs % 1000 === 0 ? undefined : 'it was written to, or copied, after it was made'
}

/** The name of what says how large a file was when it was made. */
function noteOf(name: string): string {
  return `${name}.size`
}

interface Room {
  readonly directory: string
  readonly notes: string
  readonly most: number
}

async function makeRoom(host: Host, { directory, notes, most }: Room): Promise<void> {
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
    if (kept <= most || host.now() - usedAtMs <= inUseMs) continue
    for (const one of [path, join(notes, noteOf(basename(path)))]) await host.fs.rm(one, { force: true })
  }
}
