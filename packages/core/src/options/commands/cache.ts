import { UserError, command, message, nearestName, option } from '../../errors/index.ts'
import { parseDurationMs, parseSizeBytes } from '../quantity.ts'
import { flagOption, isGiven, listOption, readOption, refuseConflicts, type RawOptions } from '../given.ts'
import { commandRows } from '../table/index.ts'

const actions = ['ls', 'prune'] as const

/** What is asked of the store. */
export interface CacheSpec {
  readonly action: (typeof actions)[number]
  /** Names of the first directory level; empty: all of them. */
  readonly kinds: readonly string[]
  /** Everything that is not in use, work directories and the compiler cache too. */
  readonly all: boolean
  /** Not used for this long. */
  readonly olderThanMs: number | undefined
  /** The least recently used go until the rest fits. */
  readonly maxBytes: number | undefined
}

// What `cache prune` alone removes: nothing that a person is likely to come back to.
const defaultOlderThanMs = 30 * 24 * 3_600_000

/** Options of `kernelkit cache`. */
export function parseCacheSpec(args: readonly string[], raw: RawOptions): CacheSpec {
  const [word = 'ls', ...rest] = args
  const action = actions.find((one) => one === word)
  if (action === undefined || rest.length > 0) {
    const near = nearestName(word, actions)
    throw new UserError('BAD_OPTION', `cache '${args.join(' ')}' is not known; allowed: ${actions.join(', ')}.`, {
      hint:
        near === undefined || action !== undefined
          ? message`Write ${command('kernelkit cache ls')} or ${command('kernelkit cache prune')}.`
          : message`Did you mean ${command(`kernelkit cache ${near}`)}?`,
      details: { seen: args.join(' '), allowed: actions },
    })
  }
  refuseConflicts(raw, commandRows.cache)
  const prunes = ['all', 'older-than', 'max-size'].find((name) => isGiven(raw, name))
  if (action === 'ls' && prunes !== undefined)
    throw new UserError('BAD_OPTION', message`${option(prunes)} belongs to prune.`, {
      hint: message`Write ${command('kernelkit cache prune …')}.`,
    })
  const all = flagOption(raw, 'all')
  const kinds = listOption(raw, 'kind')
    .flatMap((value) => value.split(','))
    .filter((kind) => kind !== '')
  const olderThanMs = readOption(raw, 'olderThan', (text) => parseDurationMs(text, { name: 'older-than' }))
  const maxBytes = readOption(raw, 'maxSize', (text) => parseSizeBytes(text, { name: 'max-size' }))
  const hasRule = all || olderThanMs !== undefined || maxBytes !== undefined
  return { action, kinds, all, olderThanMs: hasRule ? olderThanMs : defaultOlderThanMs, maxBytes }
}
