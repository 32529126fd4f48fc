import { UserError, nearestName } from '../errors/index.ts'
import { parseDurationMs, parseSizeBytes } from './quantity.ts'
import { flagOption, listOption, textOption, type RawRecord } from './raw-options.ts'

const actions = ['ls', 'prune'] as const

/** What is asked of the store. */
export interface CacheSpec {
  readonly action: (typeof actions)[number]
  /** Names of the first folder level; empty: all of them. */
  readonly kinds: readonly string[]
  /** Everything that is not in use, work folders and the compiler cache too. */
  readonly all: boolean
  /** Not used for this long. */
  readonly olderThanMs: number | undefined
  /** The least recently used go until the rest fits. */
  readonly maxBytes: number | undefined
}

// What `cache prune` alone removes: nothing that a person is likely to come back to.
const defaultOlderThanMs = 30 * 24 * 3_600_000

/** Options of `kernelkit cache`. */
export function parseCacheSpec(args: readonly string[], raw: RawRecord): CacheSpec {
  const [word = 'ls', ...rest] = args
  const action = actions.find((one) => one === word)
  if (action === undefined || rest.length > 0) {
    const near = nearestName(word, actions)
    throw new UserError('BAD_OPTION', `cache '${args.join(' ')}' is not known; allowed: ${actions.join(', ')}.`, {
      hint:
        near === undefined || action !== undefined
          ? 'write `kernelkit cache ls` or `kernelkit cache prune`.'
          : `did you mean \`kernelkit cache ${near}\`?`,
      details: { seen: args.join(' '), allowed: actions },
    })
  }
  const all = flagOption(raw, 'all')
  const olderThan = textOption(raw, 'olderThan')
  const maxSize = textOption(raw, 'maxSize')
  const kinds = listOption(raw, 'kind')
    .flatMap((value) => value.split(','))
    .filter((kind) => kind !== '')
  const conflict = [
    action === 'ls' && (all || olderThan !== undefined || maxSize !== undefined),
    all && (olderThan !== undefined || maxSize !== undefined),
  ]
  if (conflict[0] === true)
    throw new UserError('BAD_OPTION', '--all, --older-than and --max-size belong to prune.', { hint: 'write `kernelkit cache prune …`.' })
  if (conflict[1] === true)
    throw new UserError('BAD_OPTION', '--all leaves nothing for --older-than or --max-size to choose.', { hint: 'leave one of them out.' })
  const olderThanMs = olderThan === undefined ? undefined : parseDurationMs(olderThan, { name: '--older-than' })
  const maxBytes = maxSize === undefined ? undefined : parseSizeBytes(maxSize, { name: '--max-size' })
  const hasRule = all || olderThanMs !== undefined || maxBytes !== undefined
  return { action, kinds, all, olderThanMs: hasRule ? olderThanMs : defaultOlderThanMs, maxBytes }
}
