import { isLoggers } from '../console/line-prefix.ts'
import { prefixPattern, type PrefixPattern } from '../console/prefix-pattern.ts'

/** A line that would begin a report were it not for what is before it; the lines after it show whether that is a logger's prefix. */
export interface Candidate {
  /** `from`: how much of the line is the kernel's own stamp. */
  note(part: string, place: { readonly line: number; readonly from: number }, recognise: (text: string) => unknown): void
  /** Whether one more line begins in the same way, and they are enough now. */
  confirms(part: string, line: number): boolean
  /** The line and how much of it is the prefix. */
  prefix(): readonly [part: string, width: number]
  /** The lines since the candidate, which are to be read again; the line at hand is not one of them. */
  release(part: string): readonly { readonly part: string; readonly line: number }[]
  /** A report has begun: the lines since the candidate are read already. */
  forget(): void
  isWaiting(line: number): boolean
}

const mostLines = 12
const enough = 2
const mostTries = 24
const longest = 2048
// A time, a caller, or the mark of a comment: device names count too, and are not loggers.
const hasTime = /(?<![\d:])\d\d:\d\d(?!\.\d:)|\d\.\d{3,}|^[#>|*%]|\[ *[TC]\d+\]|\[[^\]]*:[^\]]*\]|,\d+,\d+,|kernel: $|\| $/

export function createCandidate(): Candidate {
  let kept: { readonly part: string; readonly line: number }[] = []
  let width = 0
  let pattern: PrefixPattern | undefined
  let seen = 0
  const forget = (): void => {
    kept = []
    pattern = undefined
    seen = 0
  }
  return {
    note: (part, { line, from }, recognise) => {
      if (pattern !== undefined || part.length > longest) return
      const ends = /[\]:>;|#"\s]+/g
      ends.lastIndex = from
      for (let tries = 0; tries < mostTries && ends.exec(part) !== null; tries += 1) {
        const at = ends.lastIndex
        const prefix = part.slice(from, at)
        if (!isLoggers(prefix) || !hasTime.test(prefix) || recognise(part.slice(at)) === undefined) continue
        pattern = prefixPattern(part.slice(0, at))
        width = at
        kept = [{ part, line }]
        return
      }
    },
    confirms: (part, line) => {
      if (pattern === undefined) return false
      const [first] = kept
      if (first === undefined) return false
      if (line - first.line > mostLines) {
        forget()
        return false
      }
      if (pattern.match(part) !== undefined) seen += 1
      if (seen >= enough) return true
      kept.push({ part, line })
      return false
    },
    prefix: () => [kept[0]?.part ?? '', width],
    release: (part) => {
      const lines = kept.filter((other) => other.part !== part)
      forget()
      return lines
    },
    forget,
    isWaiting: (line) => pattern !== undefined && line - (kept[0]?.line ?? 0) <= mostLines,
  }
}
