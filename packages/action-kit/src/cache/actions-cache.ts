import type { Host } from '@kernelkit/host'
import { withCacheEnvironment, type ProcessPlace } from './cache-environment.ts'

/** The one path of every archive: the directory itself. */
const paths = ['.']

/** Raised when what is kept, or how, changes: older entries are then not found. */
const format = '1'

export interface ActionsCache {
  /** The runner offers a cache to this job. */
  readonly isAvailable: () => Promise<boolean>
  /** Fills an empty directory and returns the key of the entry that was found. A prefix takes the newest key that begins with it. */
  restore(request: { readonly directory: string; readonly key: string; readonly prefixes?: readonly string[] }): Promise<string | undefined>
  /** There is an entry, whatever it holds. */
  has(key: string): Promise<boolean>
  /** `false`: refused, which is normal for a run without the right to write; never a failure. */
  save(request: { readonly directory: string; readonly key: string }): Promise<boolean>
}

/** Directories in the cache of GitHub Actions, under keys of this project. */
export function createActionsCache(host: Host, place: ProcessPlace): ActionsCache {
  // The client and its Azure library are two thirds of a bundle: loaded by who uses them.
  const client = () => import('@actions/cache')
  const named = (key: string): string => `kernelkit-${format}-${key}`
  return {
    isAvailable: async () => (await client()).isFeatureAvailable(),
    restore: async ({ directory, key, prefixes = [] }) => {
      const { restoreCache } = await client()
      try {
        const found = await withCacheEnvironment(place, directory, () => restoreCache([...paths], named(key), prefixes.map(named)))
        if (found !== undefined) return found.slice(named('').length)
      } catch (error) {
        host.log.info(`the Actions cache did not answer: ${messageOf(error)}`)
      }
      // An archive that broke off leaves what came before.
      await emptyDirectory(host, directory)
      return undefined
    },
    has: async (key) => {
      const { restoreCache } = await client()
      return (await restoreCache([...paths], named(key), [], { lookupOnly: true }).catch(() => undefined)) === named(key)
    },
    save: async ({ directory, key }) => {
      const { saveCache } = await client()
      try {
        return (await withCacheEnvironment(place, directory, () => saveCache([...paths], named(key)))) !== -1
      } catch (error) {
        host.log.info(`the Actions cache took nothing: ${messageOf(error)}`)
        return false
      }
    },
  }
}

export async function emptyDirectory(host: Pick<Host, 'fs'>, directory: string): Promise<void> {
  for (const name of await host.fs.readdir(directory)) await host.fs.rm(`${directory}/${name}`, { recursive: true, force: true })
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
