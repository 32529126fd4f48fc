import { join, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { makeDirectory, type Host, type Store } from '@kernelkit/host'
import { evidenceNames } from './evidence-paths.ts'

// Enough to look back at; each holds a console log and a kernel configuration, some hundred KB.
const keptRuns = 50

/** The folder that takes the evidence of one run: the named one, emptied of an earlier run's, or a new one of the store. */
export async function makeEvidenceFolder(
  host: Host,
  { store, id, named }: { readonly store: Store; readonly id: string; readonly named: string | undefined },
): Promise<string> {
  if (named === undefined) return makeFolderInStore(host, store, id)
  const folder = resolve(host.cwd, named)
  try {
    await makeDirectory(host, folder)
    await Promise.all(Object.values(evidenceNames).map((name) => host.fs.rm(join(folder, name), { force: true })))
    await host.fs.access(folder, host.fs.constants.W_OK)
  } catch (cause) {
    throw new UserError(
      'ACCESS_DENIED',
      `--evidence ${named} cannot be written (${cause instanceof Error ? cause.message : String(cause)}).`,
      {
        hint: 'name a folder that you may write to.',
        details: { path: folder },
        cause,
      },
    )
  }
  return folder
}

/** The oldest make room. */
async function makeFolderInStore(host: Host, store: Store, id: string): Promise<string> {
  const runs = await store.workDirectory('runs')
  // Names begin with the time, so that they sort by age.
  const stamp = new Date(host.now())
    .toISOString()
    .replace(/\.\d+Z$/, '')
    .replaceAll(':', '')
  const folder = join(runs, `${stamp}-${id}`)
  const old = (await host.fs.readdir(runs)).toSorted().slice(0, -keptRuns)
  await Promise.all(old.map((name) => host.fs.rm(join(runs, name), { recursive: true, force: true })))
  await host.fs.mkdir(folder, { mode: 0o700 })
  return folder
}
