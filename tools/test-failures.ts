import { stripVTControlCharacters } from 'node:util'

export interface Failure {
  readonly name: string
  readonly errors: readonly unknown[]
}

const headLines = 6
const tailLines = 12
const longestLine = 300

/** Name and message of each failed test. Of a long message the beginning says what was expected, and the end, of a log, what went wrong. */
export function renderFailures(failures: readonly Failure[]): string {
  return failures.map(({ name, errors }) => [`failed: ${name}`, ...errors.flatMap(shorten), ''].join('\n')).join('')
}

function shorten(error: unknown): readonly string[] {
  const lines = stripVTControlCharacters(messageOf(error)).trimEnd().split('\n')
  const left = lines.length - headLines - tailLines
  const shown = left <= 1 ? lines : [...lines.slice(0, headLines), `(${left} lines)`, ...lines.slice(-tailLines)]
  return shown.map((line) => `  ${line.length > longestLine ? `${line.slice(0, longestLine)}…` : line}`)
}

/** Errors of a worker come as plain objects. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error)
}
