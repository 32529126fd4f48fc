import { splitPrefix, tornAt } from './prefix.ts'

/** Without the carriage returns of a serial line, colours and what a progress display wrote over. */
export function cleanLine(raw: string): string {
  let line = raw.trimEnd()
  if (line.includes('\u001B')) line = line.replaceAll(escapes, '')
  const over = line.lastIndexOf('\r')
  return over < 0 ? line : line.slice(over + 1)
}

// ECMA-48 control sequences: colours and cursor movements.
const escapes = new RegExp(String.raw`\u001B\[[0-9;?]*[ -/]*[@-~]`, 'g')

// kunit_parser.py: what a kernel prints when it has no root to go on with, and when it stops. A banner is another boot.
const endOfLog = /^\s*(?:List of all partitions:|Kernel panic - not syncing: VFS:|reboot: |Linux version \d)/

/** The machine stops or starts again: no test goes on. */
export function isEndOfLog(text: string): boolean {
  // Most lines are none: a look at their first letter is enough.
  const first = text.trimStart().charAt(0)
  return (first === 'L' || first === 'K' || first === 'r') && endOfLog.test(text)
}

const lateVersion = /^(.*\S.*?)(?:KTAP|(?<!K)TAP) version \d+$/

/** Width of what a logger put before a version line; the kernel's own prefix is not a part of it. */
export function outerWidth(line: string): number {
  const before = lateVersion.exec(line)?.[1]
  if (before === undefined || splitPrefix(line).byKernel) return 0
  const inside = tornAt(` ${line}`)
  return inside > 0 ? inside - 1 : before.length
}
