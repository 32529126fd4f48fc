import { stampOf, type Message } from './message.ts'

/**
 * Reports that a log holds more than once: a program prints the ring buffer again (the same stamps), or a journal and a serial line are one log
 * (the same text from two loggers, line by line or one after the other).
 */
export interface Copies {
  /** Which kind of copy of an earlier report a first line begins; it is noted when it begins none. */
  begins(message: Message, line: number): 'ring-buffer' | 'logger' | undefined
  /** One more line of a report with which a report may begin. */
  note(message: Message, line: number): void
  /** Whether a line belongs to a logger whose reports are copies. */
  isPart(message: Message): boolean
  /** Another boot: time begins again. */
  forget(): void
}

// A log of nothing but reports must not fill memory.
const mostStamps = 1024
const mostRecent = 32
// A journal writes a report within a few hundred lines of the serial line.
const longestDelay = 500

export function createCopies(): Copies {
  const stamps = new Set<string>()
  const recent: { readonly text: string; readonly source: number; readonly line: number }[] = []
  let copying: number | undefined
  const note = (message: Message, line: number): void => {
    if (recent.length >= mostRecent) recent.shift()
    recent.push({ text: message.text.trim(), source: message.source, line })
  }
  return {
    note,
    begins: (message, line) => {
      const text = message.text.trim()
      const stamp = stampOf(message)
      // A copy of its own: parts of a text keep the whole text in memory (V8).
      const key = stamp === undefined ? undefined : ` ${stamp} ${text}`.slice(1)
      if (key !== undefined && stamps.has(key)) return 'ring-buffer'
      const isOtherLogger = recent.some(
        (other) => other.source !== message.source && line - other.line <= longestDelay && other.text === text,
      )
      if (isOtherLogger) {
        copying = message.source
        return 'logger'
      }
      if (copying === message.source) copying = undefined
      if (key !== undefined) {
        if (stamps.size >= mostStamps) stamps.clear()
        stamps.add(key)
      }
      note(message, line)
      return undefined
    },
    isPart: ({ source }) => copying === source,
    forget: () => {
      stamps.clear()
      recent.length = 0
      copying = undefined
    },
  }
}
