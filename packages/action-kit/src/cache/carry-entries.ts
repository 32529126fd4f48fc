import { join } from 'node:path'
import { artifactKinds, openStore, type ArtifactKind, type Host } from '@kernelkit/host'
import { createCacheStore } from './remote-store.ts'
import { carryLists, type SaveCarried } from './carry-lists.ts'
import { createActionsCache } from './actions-cache.ts'
import type { ProcessPlace } from './cache-environment.ts'

export interface CarryInput {
  readonly host: Host
  readonly place: ProcessPlace
  /** Directory of the store. */
  readonly root: string
  /** What the same work is recognised by in the next run. */
  readonly of: string
  /** Of this run and attempt. */
  readonly run: string
}

interface Listed {
  readonly kind: ArtifactKind
  readonly key: string
}

const kinds: readonly ArtifactKind[] = ['kernel', 'image']
const fileName = 'entries.json'

/**
 * Kernels and images that a program without access to the Actions cache makes: those of the last run of the same work are brought before
 * it starts, by a list that is kept under the name of the work, and what it made is saved after it.
 */
export async function carryEntries({ host, place, root, of, run }: CarryInput): Promise<SaveCarried> {
  const cache = createActionsCache(host, place)
  if (!(await cache.isAvailable())) return async () => {}
  const remote = createCacheStore(host, { cache, kinds, run, notice: (text) => host.log.info(text) })
  const store = await openStore(host, root, { remote })
  const saveLists = await carryLists(host, { cache, store })
  const name = `made-${host.sha256(of).slice(0, 16)}`
  const before = await readListed(host, { restore: (directory) => cache.restore({ directory, key: name, prefixes: [`${name}-`] }) })
  for (const { kind, key } of before) await store.lookup(kind, key)
  const known = new Set((await store.list()).map(({ kind, key }) => `${kind} ${key}`))
  return async () => {
    await saveLists()
    const entries = (await store.list()).filter(({ kind }) => kinds.includes(kind))
    const made = entries.filter(({ kind, key }) => !known.has(`${kind} ${key}`))
    if (made.length === 0) return
    for (const entry of made) await remote.offer(entry)
    const listed = [...before, ...made].map(({ kind, key }) => ({ kind, key }))
    await using work = await host.tempDir('kernelkit-made-')
    await host.fs.writeFile(join(work.path, fileName), JSON.stringify(listed))
    await cache.save({ directory: work.path, key: `${name}-${host.sha256(JSON.stringify(listed)).slice(0, 16)}` })
  }
}

async function readListed(
  host: Host,
  { restore }: { readonly restore: (directory: string) => Promise<string | undefined> },
): Promise<readonly Listed[]> {
  await using work = await host.tempDir('kernelkit-made-')
  if ((await restore(work.path)) === undefined) return []
  try {
    const listed = JSON.parse(await host.fs.readFile(join(work.path, fileName), 'utf8')) as readonly Listed[]
    return listed.filter(({ kind, key }) => artifactKinds.includes(kind) && /^[0-9a-f]+$/.test(key))
  } catch {
    return []
  }
}
