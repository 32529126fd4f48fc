import type { KernelFacts } from './evidence.ts'
import { stampOf, type Message } from './message.ts'

/** Whether a kernel started again that nobody had asked to. */
export interface RestartWatch {
  /** `now`: it did, with this line; `banner`: with that line, as this one shows. */
  read(message: Message, line: number): 'now' | { readonly banner: Message; readonly line: number } | undefined
  /** The log has ended: a banner that waits for a proof is one. */
  end(): { readonly banner: Message; readonly line: number } | undefined
  /** Lines without words are of use too: they show whether time began again. */
  isWaiting(): boolean
}

// Enough to meet again in a ring buffer whose beginning was overwritten.
const mostKnownLines = 256

// A ring buffer has lines that its console does not show (KERN_DEBUG): Debian's kernels have up to four in a row among the first.
const mostUnknown = 8

/**
 * A banner is a restart once user space ran. Before, it is the same log once more: a preferred console that is not ours (console=tty0) makes the
 * kernel print it again when its serial console is registered. In a log with stamps a banner without one comes from a program, and with one from a program
 * that prints the ring buffer when lines follow that were there before, with the same stamps. One that is later than the lines before it is what a
 * program wrote to the log (`cat /proc/version > /dev/kmsg`): time begins again with a kernel.
 */
export function createRestartWatch(): RestartWatch {
  let mayRestart = true
  let hasStamps = false
  let isLearning = false
  let waiting: { readonly banner: Message; readonly line: number } | undefined
  let unknown = 0
  let last: Message | undefined
  const known = new Set<string>()

  const learn = (message: Message): void => {
    const { text } = message
    const stamp = stampOf(message)
    if (stamp === undefined || !isExact(stamp)) return
    // A copy of its own: parts of a text keep the whole text in memory (V8).
    known.add(` ${stamp} ${text.trim()}`.slice(1))
    if (known.size >= mostKnownLines) isLearning = false
  }

  const noteSteps = (text: string): void => {
    if (text.startsWith('Run ') && /^Run \S+ as init process/.test(text)) mayRestart = false
    else if (text.startsWith('reboot: ') && /^reboot: (?:Restarting system|Power down|machine restart)/.test(text)) mayRestart = true
  }

  return {
    read: (message, line) => {
      const { text } = message
      const before = last
      if (message.stamp !== undefined) last = message
      const isBanner = text.startsWith('Linux version ')
      // Of most lines the stamp tells nothing.
      if (hasStamps && waiting === undefined && !isLearning && !isBanner) {
        noteSteps(text)
        return undefined
      }
      const stamp = stampOf(message)
      if (stamp !== undefined) hasStamps = true
      if (waiting !== undefined && stamp !== undefined && isExact(stamp) && text.trim() !== '') {
        const found = waiting
        if (known.has(`${stamp} ${text.trim()}`)) waiting = undefined
        else if (++unknown >= mostUnknown) {
          waiting = undefined
          mayRestart = true
          known.clear()
          isLearning = true
          learn(message)
          return found
        }
      }
      if (isLearning) learn(message)
      noteSteps(text)
      if (isBanner) {
        if (stamp === undefined && hasStamps) return undefined
        if (stamp !== undefined && before !== undefined && isLater(stamp, stampOf(before))) return undefined
        unknown = 0
        // Time began again twice: no program prints that.
        if (waiting !== undefined) {
          const found = waiting
          waiting = { banner: message, line }
          return found
        }
        if (mayRestart) isLearning = known.size === 0
        else if (stamp === undefined) {
          mayRestart = true
          return 'now'
        } else waiting = { banner: message, line }
      }
      return undefined
    },
    end: () => {
      const found = waiting
      waiting = undefined
      return found
    },
    isWaiting: () => isLearning || waiting !== undefined,
  }
}

function isLater(stamp: string, before: string | undefined): boolean {
  return Number(stamp) > 0 && Number(stamp) >= Number(before ?? Infinity)
}

/** Before its clock runs a kernel counts ticks: 0.000000, 0.004000, the same on every start. */
function isExact(stamp: string): boolean {
  return !stamp.endsWith('000')
}

// kernel/printk and lib/dump_stack.c: dump_stack_print_info() ends with the build id; arch/*/kernel/setup.c: dump_kernel_offset().
const buildId = /^[0-9a-f]{40}$/
const commandLine = /^(?:Kernel c|C)ommand line: /
const notMoved = /\bnokaslr\b/
const offset = /^Kernel Offset: 0x(?<offset>[0-9a-f]+) from 0x[0-9a-f]+/

/** What a message adds to what is known of the kernel; another banner is another boot. */
export function learnKernel(known: KernelFacts, text: string): KernelFacts {
  const first = text.charCodeAt(0)
  // 'L', 'C' and 'K' begin all of them.
  if (first !== 76 && first !== 67 && first !== 75) return known
  if (text.startsWith('Linux version ')) return text.trim() === known.banner ? known : { banner: text.trim() }
  if (text.startsWith('CPU: ')) {
    const last = text.slice(text.lastIndexOf(' ', text.trimEnd().length - 1) + 1).trimEnd()
    return buildId.test(last) ? { ...known, buildId: last } : known
  }
  if (text.startsWith('Kernel Offset: ')) {
    const found = offset.exec(text)?.groups?.['offset'] ?? (text.includes('disabled') ? '0' : undefined)
    return found === undefined ? known : { ...known, offset: Number.parseInt(found, 16) }
  }
  if (commandLine.test(text) && notMoved.test(text)) return { ...known, offset: 0 }
  return known
}
