import { UserError } from '../errors/index.ts'

/** x86: COMMAND_LINE_SIZE is 2048 with the final zero (arch/x86/include/asm/setup.h); what is longer is cut without a word. */
const longestCommandLine = 2047

export interface CommandLine {
  readonly text: string
  /** Notes for the user: words of ours that `--append` replaced, words that hide what we look for. */
  readonly notices: readonly string[]
}

/** Words of ours, then the user's: the kernel reads from left to right and the last one wins. A word of ours that the user sets too is left out and said. */
export function joinCommandLine(ours: readonly string[], append: readonly string[]): CommandLine {
  const theirs = append.flatMap(splitWords)
  const keys = new Set(theirs.map(keyOf).filter((key) => !repeatable.has(key)))
  const replaced = ours.filter((word) => keys.has(keyOf(word)))
  const text = [...ours.filter((word) => !keys.has(keyOf(word))), ...theirs].join(' ')
  const bytes = new TextEncoder().encode(text).length
  if (bytes > longestCommandLine) {
    throw new UserError(
      'CMDLINE_TOO_LONG',
      `the kernel command line has ${bytes} bytes; the kernel keeps ${longestCommandLine} and drops the rest.`,
      {
        hint: 'use fewer --share or a shorter --append.',
        details: { bytes, allowed: longestCommandLine, text },
      },
    )
  }
  return { text, notices: [...replaced.map(replacedNotice(theirs)), ...theirs.filter((word) => word === 'quiet').map(() => quietNotice)] }
}

const quietNotice = '--append quiet hides every kernel warning: verdicts cannot see them.'

// `console=` may stand several times: the kernel prints to all of them.
const repeatable: ReadonlySet<string> = new Set(['console', 'kernelkit.mount'])

function replacedNotice(theirs: readonly string[]): (ours: string) => string {
  return (ours) => `--append ${theirs.findLast((word) => keyOf(word) === keyOf(ours)) ?? ''} replaces our ${ours}`
}

/** `-` and `_` are the same in parameter names (kernel/params.c). */
function keyOf(word: string): string {
  return (word.split('=', 1)[0] ?? word).replaceAll('-', '_')
}

/** Blanks part words except between double quotes (lib/cmdline.c, next_arg). */
export function splitWords(text: string): readonly string[] {
  return text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? []
}
