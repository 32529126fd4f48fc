import { resolve } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import { isSwitchedOff, textOption } from '@kernelkit/core/options'
import { defaultStoreRoot, openStore, requirePlainPaths, type ArtifactKind, type Store } from '@kernelkit/host'
import type { Action } from './action.ts'
import { createCacheStore } from './cache/remote-store.ts'
import { plainText } from '@kernelkit/core/text'

export interface ActionStore {
  readonly store: Store
  /** What this step made is in the Actions cache now. */
  readonly saved: () => boolean
}

/**
 * The store that `kernelkit` in a later step uses too; `kinds` come from the Actions cache when they are not here, and go there when
 * they were made, unless the input `cache` is false.
 */
export async function openActionStore(action: Action, kinds: readonly ArtifactKind[]): Promise<ActionStore> {
  const { host, inputs } = action
  const own = textOption(inputs, 'cacheDir')
  const root = typeof own === 'string' ? resolve(host.cwd, own) : undefined
  if (root !== undefined) {
    refuseCommands(root)
    action.exportVariable('KERNELKIT_CACHE_DIR', root)
  }
  if (kinds.includes('kernel')) requirePlainPaths(host, root ?? defaultStoreRoot(host))
  if (isSwitchedOff(inputs, 'cache') || kinds.length === 0) return { store: await openStore(host, root), saved: () => false }
  const remote = createCacheStore(host, {
    cache: action.cache,
    kinds,
    run: `${host.env['GITHUB_RUN_ID'] ?? ''}-${host.env['GITHUB_RUN_ATTEMPT'] ?? ''}`,
    notice: (text) => action.annotate({ level: 'notice', message: text }),
  })
  return { store: await openStore(host, root, { remote }), saved: remote.saved }
}

/** The cache client shows its commands as they are: the runner would obey what looks like a command in a path. */
function refuseCommands(path: string): void {
  if (plainText(path) === path && !/[\r\n]/.test(path)) return
  throw new UserError('BAD_INPUT', message`${option('cache-dir')} is ${JSON.stringify(path)}; allowed: a path of one line without ##[.`, {
    hint: 'Leave it out, or name another directory.',
    details: { input: 'cache-dir', seen: path },
  })
}
