import type { OpenTest } from './frame.ts'
import type { StreamError } from './result.ts'

// 200 MB of memory for any log: a listed test costs some hundred bytes, a kept line about a hundred.
const mostErrors = 1000
const mostListedTests = 50_000
const mostNoteCharacters = 8 * 1024 * 1024

// Of one test.
const mostLines = 400

const noLines: readonly string[] = []

/** Errors of all streams of one log, and what may still be kept of it. */
export interface Ledger {
  readonly list: readonly StreamError[]
  readonly errors: number
  readonly omitted: number
  fail(line: number, test: string, message: string, times?: number): void
  /** Whether a test is listed; takes away its diagnostics when there are too many already. */
  keeps(test: OpenTest): boolean
  /** Gives a test that is listed already more diagnostics. */
  explain(test: OpenTest, lines: readonly string[]): void
}

export function createLedger(): Ledger {
  const list: StreamError[] = []
  let errors = 0
  let omitted = 0
  let listed = 0
  let characters = 0
  return {
    list,
    get errors() {
      return errors
    },
    get omitted() {
      return omitted
    },
    fail: (line, test, message, times = 1) => {
      errors += times
      if (list.length < mostErrors) list.push({ line, test, message })
    },
    explain: (test, lines) => {
      const size = lines.reduce((sum, line) => sum + line.length + 1, 0)
      if (characters + size > 2 * mostNoteCharacters || test.diagnostics.length > mostLines) return
      characters += size
      test.diagnostics = [...test.diagnostics, ...lines.map(ownCopy)]
    },
    keeps: (test) => {
      const isPlain = test.tests.length === 0 && test.status === 'pass'
      // Failures are listed for ten times as long: they are what somebody looks for.
      if (listed >= mostListedTests * (isPlain ? 1 : 10)) {
        omitted += 1
        return false
      }
      listed += 1
      test.name = ownCopy(test.name)
      const size = test.diagnostics.reduce((sum, line) => sum + line.length + 1, 0)
      if (characters + size > mostNoteCharacters * (isPlain ? 1 : 2)) test.diagnostics = noLines
      else {
        characters += size
        test.diagnostics = test.diagnostics.map(ownCopy)
      }
      return true
    },
  }
}

/** A part of a text keeps the whole text in memory (V8, sliced strings): a line would hold the 64 KiB that were read with it. */
function ownCopy(text: string): string {
  // Shorter ones are copied anyway.
  return text.length < 13 ? text : ` ${text}`.slice(1)
}
