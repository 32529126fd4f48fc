import { join } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import { makeDirectory, requirePlainPlace } from '@kernelkit/host/files'
import type { Host, Store } from '@kernelkit/host'
import { evidenceNames, evidencePath } from './evidence-paths.ts'

// Enough to look back at; each holds a console log and a kernel configuration, some hundred KB.
const keptRuns = 50

/** The directory that takes the evidence of one run: the named one, emptied of an earlier run's, or a new one of the store. */
export async function makeEvidenceDirectory(
  host: Host,
  { store, id, named }: { readonly store: Store; readonly id: string; readonly named: string | undefined },
): Promise<string> {
  if (named === undefined) return makeDirectoryInStore(host, store, id)
  const directory = await requirePlainPlace(host, { option: 'evidence', named })
  try {
    await makeDirectory(host, directory)
    await Promise.all(Object.values(evidenceNames).map((name) => host.fs.rm(join(directory, name), { force: true })))
    await host.fs.access(directory, host.fs.constants.W_OK)
  } catch (cause) {
    throw new UserError(
      'ACCESS_DENIED',
      message`${option('evidence', named)} cannot be written (${cause instanceof Error ? cause.message : String(cause)}).`,
      {
        hint: 'Name a directory that you may write to.',
        details: { path: directory },
        cause,
      },
    )
  }
  return directory
}

// A kernel can take so long to come, or a matrix to end, and other runs must not remove what it still writes to.
const longestMs = 24 * 3600 * 1000

/** What `test`, `matrix`, `since` and `bisect` call their directories. */
const ofMany = /-(?:test|matrix|since|bisect)-[0-9a-f]+$/

/** The oldest make room. */
async function makeDirectoryInStore(host: Host, store: Store, id: string): Promise<string> {
  const runs = await store.workDirectory('runs')
  const directory = join(runs, `${stampOf(host.now())}-${id}`)
  const old = (await host.fs.readdir(runs)).toSorted().slice(0, -keptRuns)
  const recent = stampOf(host.now() - longestMs)
  // Written when a run ends.
  const isEnded = async (name: string) => !ofMany.test(name) && (await host.fs.exists(evidencePath(join(runs, name), 'result')))
  const remove = (name: string) => host.fs.rm(join(runs, name), { recursive: true, force: true })
  await Promise.all(old.map(async (name) => (name < recent || (await isEnded(name)) ? remove(name) : undefined)))
  await host.fs.mkdir(directory, { mode: 0o700 })
  return directory
}

/** Names begin with the time, so that they sort by age. */
function stampOf(ms: number): string {
  return new Date(ms)
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(':', '')
}
