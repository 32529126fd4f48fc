import { UserError, message, option } from '../../errors/index.ts'
import { badOption, isGiven, listOption, readOption, textOption, type RawOptions } from '../given.ts'

/** What `kernelkit bisect` is asked for. */
export interface BisectSpec {
  readonly good: string
  readonly bad: string
  readonly command: readonly string[]
  /** That all answers are right; absent: one run is believed. */
  readonly confidence: number | undefined
  /** Items of `build --config`. */
  readonly config: readonly string[]
  /** The kernel is given, and the commits change something else. */
  readonly fixedKernel: boolean
  /** File that takes the log of git bisect. */
  readonly log: string | undefined
}

/** `GOOD BAD -- COMMAND` and the options. */
export function parseBisectSpec(words: readonly string[], raw: RawOptions): BisectSpec {
  const [good, bad, ...rest] = words
  const command = rest[0] === '--' ? rest.slice(1) : rest
  if (good === undefined || bad === undefined || command.length === 0) {
    throw new UserError('BAD_OPTION', message`bisect takes a good commit, a bad commit and a command, not '${words.join(' ')}'.`, {
      hint: 'Write for instance: kernelkit bisect v6.11 HEAD -- ./my-test.',
      details: { seen: words.join(' ') },
    })
  }
  // What follows the commits is the command in the guest, also `--dry-run`.
  const [first = ''] = command
  if (first.startsWith('-')) {
    throw new UserError('BAD_OPTION', message`bisect takes its options before the commits: '${first}' would be the command in the guest.`, {
      hint: 'Write for instance: kernelkit bisect --dry-run v6.11 HEAD -- ./my-test.',
      details: { seen: first },
    })
  }
  const fixedKernel = isGiven(raw, 'kernel')
  const config = listOption(raw, 'config')
  if (fixedKernel && config.length > 0) {
    throw new UserError('BAD_OPTION', message`${option('config')} does not go together with ${option('kernel')}, which is not built.`, {
      hint: 'Leave one of them out.',
    })
  }
  return {
    good,
    bad,
    command,
    confidence: readOption(raw, 'confidence', parseConfidence),
    config,
    fixedKernel,
    log: textOption(raw, 'log'),
  }
}

function parseConfidence(text: string): number {
  const number = /^0?\.\d+$/.test(text) ? Number(text) : Number.NaN
  if (number >= 0.5 && number < 1) return number
  throw badOption('confidence', text, {
    allowed: 'a number from 0.5 to less than 1',
    hint: message`Write for instance ${option('confidence', '0.95')}.`,
  })
}
