import { UserError, message, option, type Message } from '../errors/index.ts'
import { splitWords } from './cmdline.ts'

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
