import { parseKtapLine, type KtapLine } from './parse-line.ts'
import { splitPrefix, tornAt } from './prefix.ts'

/**
 * Without the carriage returns of a serial line, colours and what a progress display wrote over; a result that something else than its own
 * successor was written over comes first, as a line of its own.
 */
export function cleanLines(raw: string): readonly string[] {
  const line = raw.includes('\u001B') ? raw.replaceAll(escapes, '') : raw
  const pieces = line.trimEnd().split('\r')
  const last = pieces.pop() ?? ''
  if (pieces.length === 0) return [last]
  const next = parsed(last)
  const isLost = (piece: string): boolean => {
    const under = parsed(piece)
    if (under?.kind === 'bail') return true
    if (under?.kind !== 'result') return false
    return !under.ok || next?.kind !== 'result' || next.number !== under.number
  }
  return [...pieces.filter(isLost), last]
}

function parsed(text: string): KtapLine | undefined {
  return parseKtapLine(splitPrefix(text).text)
}

// ECMA-48 control sequences: colours and cursor movements, and the strings of OSC (titles), up to BEL or ST.
const escapes = new RegExp(String.raw`\u001B(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\))`, 'g')

// kunit_parser.py: what a kernel prints when it has no root to go on with, and when it stops. A banner is another boot.
const endOfLog = /^\s*(?:List of all partitions:|Kernel panic - not syncing: VFS:|reboot: |Linux version \d)/

/** The machine stops or starts again: no test goes on. */
export function isEndOfLog(text: string): boolean {
  // Most lines are none: a look at their first letter is enough.
  const first = text.trimStart().charAt(0)
  return (first === 'L' || first === 'K' || first === 'r') && endOfLog.test(text)
}

// In a line of JSON the message ends before a quote.
const version = /^K?TAP version \d+(?:$|(?:\\n)?")/
const longestPrefix = 256

/** Width of what a logger put before a version line; the kernel's own prefix is not a part of it unless more follows that. */
export function outerWidth(line: string): number {
  const found = line.lastIndexOf('TAP version ', longestPrefix)
  const at = line.charAt(found - 1) === 'K' ? found - 1 : found
  if (at <= 0 || !version.test(line.slice(at)) || line.slice(0, at).trim() === '') return 0
  const { text, byKernel } = splitPrefix(line)
  if (byKernel) return text.trimStart().length > line.length - at ? at - indentation(line, at) : 0
  const inside = tornAt(` ${line}`)
  return inside > 0 ? inside - 1 : at - indentation(line, at)
}

/** Levels of indentation before a version line; one blank is the logger's. */
function indentation(line: string, at: number): number {
  const blanks = at - line.slice(0, at).trimEnd().length
  return blanks < 5 ? 0 : blanks - 1 - ((blanks - 1) % 4)
}
