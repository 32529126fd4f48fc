import { join } from 'node:path'
import type { Host, Store } from '@kernelkit/host'

// Enough to look back at; each holds a console log of some tens of KB.
const keptRuns = 50

/** A folder for the logs of one run; the oldest make room. */
export async function makeLogFolder(host: Host, store: Store, id: string): Promise<string> {
  const runs = await store.workFolder('runs')
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
