import { UserError } from '../errors/index.ts'
import { splitWords } from './cmdline.ts'

/** What the kernel does instead of an initramfs's own /init, and what chooses it here. */
const unread: readonly (readonly [word: string, hint: string])[] = [
  ['root', 'choose the root with --root or --image; --disk FILE adds a disk to mount in the guest.'],
  ['init', 'choose the first process with --init.'],
]

/**
 * Words of `--append` that would be silently without effect: the agent's initramfs mounts the root and starts its init, and the kernel
 * reads `root=` and `init=` only when there is no initramfs (init/main.c, kernel_init). With `rdinit=` the user gives up our agent anyway.
 */
export function refuseUnread(append: readonly string[]): void {
  const words = append.flatMap(splitWords)
  if (words.some((word) => word.startsWith('rdinit='))) return
  for (const [name, hint] of unread) {
    const word = words.find((candidate) => candidate.startsWith(`${name}=`))
    if (word === undefined) continue
    const message = `--append ${word}: nothing would read it, because the guest starts from kernelkit's initramfs.`
    throw new UserError('BAD_OPTION', message, { hint, details: { option: '--append', seen: word } })
  }
}
