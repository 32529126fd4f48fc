import { prefixPattern, type PrefixPattern } from './prefix-pattern.ts'

/** A line without what a logger put before it. */
export interface StrippedLine {
  readonly text: string
  /** What was taken off. */
  readonly head: string
  /** `T123`, `C1`, or task and pid as vendors print them: who printed the line. */
  readonly caller: string | undefined
  /** Which of the learned prefixes it had. */
  readonly source: number
}

/**
 * Learns what loggers put before every line, from lines whose own beginning is known, and takes the same off other lines: numbers, times and
 * names in it may differ. A few prefixes are known at a time; the one that was used last is tried first.
 */
export interface PrefixLearner {
  /** Undefined for a line with none of the learned prefixes. */
  strip(line: string): StrippedLine | undefined
  /** Learns the first `width` characters of a line; false when they are known. */
  learn(line: string, width: number): boolean
  /** Whether anything was learned. */
  isEmpty(): boolean
}

interface KnownPrefix {
  readonly source: number
  readonly pattern: PrefixPattern
  /** A line of JSON. */
  readonly isQuoted: boolean
}

// Serial line, journal and a program that prints either: more are lines of a test, not loggers.
const mostPrefixes = 4
const longestPrefix = 200

export function createPrefixLearner(): PrefixLearner {
  let known: readonly KnownPrefix[] = []
  let sources = 1
  const strip = (line: string): StrippedLine | undefined => {
    for (const prefix of known) {
      const found = prefix.pattern.match(line)
      if (found === undefined) continue
      if (prefix !== known[0]) known = [prefix, ...known.filter((other) => other !== prefix)]
      const { width, caller } = found
      const text = line.slice(width)
      return { text: prefix.isQuoted ? withoutTail(text) : text, head: line.slice(0, width), caller, source: prefix.source }
    }
    return undefined
  }
  return {
    strip,
    learn: (line, width) => {
      const prefix = line.slice(0, width)
      const pattern = prefixPattern(prefix)
      if (known.some((other) => other.pattern.key === pattern.key)) return false
      sources += 1
      known = [{ source: sources, pattern, isQuoted: prefix.endsWith('"') }, ...known].slice(0, mostPrefixes)
      return true
    },
    isEmpty: () => known.length === 0,
  }
}

/** Whether a message may begin after a text: a blank or a bracket ends it. */
export function endsPrefix(prefix: string): boolean {
  return prefix.length <= longestPrefix && prefix.trim() !== '' && /[\s:;>|"\])}]$/.test(prefix)
}

/** Whether a text may be what a logger puts before a message: it counts or comments. */
export function isLoggers(prefix: string): boolean {
  if (!endsPrefix(prefix)) return false
  return /\d|\bkernel: $/.test(prefix) || (/^[#>|*%\s-]+$/.test(prefix) && prefix.trim() !== '')
}

/** JSON lines of loggers: the message ends before the closing quote. */
function withoutTail(text: string): string {
  const next = text.indexOf('","')
  const end = next >= 0 ? next : text.lastIndexOf('"')
  return (end < 0 ? text : text.slice(0, end)).replace(/\\n$/, '').replaceAll('\\t', '\t')
}

// Texts with which only a message of the kernel begins, whatever a logger puts before it.
const selfEvident = new RegExp(
  [
    String.raw`-{12}\[ cut here \]-{12}`,
    String.raw`8<--- cut here ---`,
    String.raw`---\[ end (?:trace|Kernel panic)`,
    String.raw`Call [Tt]race:\s*$`,
    String.raw`CPU: \d+ (?:UID: \d+ )?PID: \d+ Comm: `,
    String.raw`Modules linked in:`,
    String.raw`Hardware name: `,
    String.raw`RIP: 0010:`,
    String.raw`Linux version \d+\.\d+\S* \(`,
    String.raw`Kernel command line: `,
    String.raw`Kernel panic - not syncing: `,
    String.raw`BUG: KASAN: `,
    String.raw`WARNING: CPU: \d+ PID: \d+ at `,
    String.raw`WARNING: (?:\[.{1,400}\] )?(?:\S+:\d+ )?at \S+\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[\w+\])?, CPU#\d+: `,
    String.raw`BUG: unable to handle `,
    String.raw`BUG: kernel NULL pointer`,
    String.raw`Unable to handle kernel `,
    String.raw`Internal error: Oops`,
    String.raw`Oops(?:: [^[\]]{0,80})? ?\[#\d+\]`,
    String.raw`INFO: task .{1,40} blocked for more than`,
    String.raw`(?:(?:NMI )?watchdog: )?BUG: soft lockup`,
    String.raw`(?:rcu: )?INFO: rcu_`,
    String.raw`BUG: sleeping function called`,
    String.raw`BUG: scheduling while atomic`,
    String.raw`WARNING: (?:possible|suspicious|inconsistent) `,
  ].join('|'),
)

// A message of printk with what a logger may put before it; the rest of a longer line comes from a program.
const longestLine = 2048

/** Where in a line a message begins that only the kernel prints; -1 when none does. */
export function kernelTextAt(line: string): number {
  return line.slice(0, longestLine).search(selfEvident)
}
