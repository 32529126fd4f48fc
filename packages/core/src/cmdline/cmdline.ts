import type { Arch } from '../arch/index.ts'
import { UserError, message, option, type Message } from '../errors/index.ts'

export interface CommandLine {
  readonly text: string
  /** Notes for the user: words of ours that `--append` replaced, words that hide what we look for. */
  readonly notices: readonly string[]
}

interface CommandLineInput {
  readonly arch: Pick<Arch, 'commandLineSize'>
  readonly ours: readonly string[]
  readonly append: readonly string[]
}

/** Words of ours, then the user's: the kernel reads from left to right and the last one wins. A word of ours that the user sets too is left out, with a notice. */
export function joinCommandLine({ arch, ours, append }: CommandLineInput): CommandLine {
  const theirs = append.flatMap(splitWords)
  const keys = new Set(theirs.map(keyOf).filter((key) => !repeatable.has(key)))
  const replaced = ours.filter((word) => keys.has(keyOf(word)))
  const text = [...ours.filter((word) => !keys.has(keyOf(word))), ...theirs].join(' ')
  const bytes = new TextEncoder().encode(text).length
  const allowed = arch.commandLineSize - 1
  if (bytes > allowed) {
    throw new UserError('CMDLINE_TOO_LONG', `the kernel command line has ${bytes} bytes; the kernel keeps ${allowed} and drops the rest.`, {
      hint: message`Share fewer directories (${option('share')}), or shorten ${option('append')}.`,
      details: { bytes, allowed, text },
    })
  }
  return { text, notices: [...replaced.map(replacedNotice(theirs)), ...theirs.filter((word) => word === 'quiet').map(() => quietNotice)] }
}

const quietNotice = '--append quiet hides every kernel warning: verdicts cannot see them.'

// `console=` may be given several times: the kernel prints to all of them.
const repeatable: ReadonlySet<string> = new Set(['console', 'kernelkit.mount'])

function replacedNotice(theirs: readonly string[]): (ours: string) => string {
  return (ours) => `--append ${theirs.findLast((word) => keyOf(word) === keyOf(ours)) ?? ''} replaces our ${ours}`
}

/** `-` and `_` are the same in parameter names (kernel/params.c). */
function keyOf(word: string): string {
  return (word.split('=', 1)[0] ?? word).replaceAll('-', '_')
}

/** Blanks separate words except between double quotes (lib/cmdline.c, next_arg). */
export function splitWords(text: string): readonly string[] {
  return text.match(/(?:"[^"]*"?|[^\s"])+/g) ?? []
}

/** Whether words of `--append` set this parameter themselves. */
export function setsParameter(append: readonly string[], name: string): boolean {
  return append.flatMap(splitWords).some((word) => keyOf(word) === keyOf(name))
}

/** What the kernel does instead of an initramfs's own /init, and what chooses it here. */
const unread: readonly (readonly [word: string, hint: Message])[] = [
  [
    'root',
    message`Choose the root with ${option('root')} or ${option('image')}; ${option('disk', 'FILE')} adds a disk to mount in the guest.`,
  ],
  ['init', message`Choose the first process with ${option('init')}.`],
]

/**
 * Words of `--append` that would have no effect without any message: the agent's initramfs mounts the root and starts its init, and the kernel
 * reads `root=` and `init=` only when there is no initramfs (init/main.c, kernel_init). With `rdinit=` the user gives up our agent anyway.
 */
export function refuseUnread(append: readonly string[]): void {
  const words = append.flatMap(splitWords)
  if (words.some((word) => word.startsWith('rdinit='))) return
  for (const [name, hint] of unread) {
    const word = words.find((candidate) => candidate.startsWith(`${name}=`))
    if (word === undefined) continue
    throw new UserError(
      'BAD_OPTION',
      message`${option('append', word)}: nothing would read it, because the guest starts from kernelkit's initramfs.`,
      { hint, details: { option: '--append', seen: word } },
    )
  }
}
