import type { Host, Store } from '@kernelkit/host'
import type { ActionsCache } from './actions-cache.ts'

/** Saves what came in addition; a step that fails earlier saves nothing. */
export type SaveCarried = () => Promise<void>

/**
 * What mirrors offer, as the store keeps it: brought to a machine that has none, so that a kernel of the same day is found without asking a
 * mirror. A list that is older than a day is asked for anew by its reader. One entry a day: entries of the cache cannot be replaced.
 */
export async function carryLists(
  host: Host,
  { cache, store }: { readonly cache: ActionsCache; readonly store: Store },
): Promise<SaveCarried> {
  const directory = await store.workDirectory('archives')
  const isEmpty = async () => (await host.fs.readdir(directory)).length === 0
  if (!(await isEmpty()) || !(await cache.isAvailable())) return async () => {}
  const key = `lists-${new Date(host.now()).toISOString().slice(0, 10)}`
  const came = await cache.restore({ directory, key, prefixes: ['lists-'] })
  if (came !== undefined) host.log.info(`lists of kernels: from the Actions cache (${came})`)
  return async () => {
    if (came !== key && !(await isEmpty())) await cache.save({ directory, key })
  }
}
