import { statedSeconds, testAttributes } from './attributes.ts'
import type { Frame, LinePlace, OpenTest } from './frame.ts'
import type { Ledger } from './ledger.ts'
import { clearNotes, notesText } from './notes.ts'
import type { ResultLine } from './parse-line.ts'
import { countsOfOne } from './result.ts'
import { reasonOf, statusOf } from './status-of.ts'

export interface LeafOptions {
  readonly line: ResultLine
  /** The suite that it belongs to; the lines that waited there become its diagnostics. */
  readonly frame: Frame
  readonly at: LinePlace
  readonly path: string
  readonly ledger: Ledger
}

/** A result line as a test without subtests. */
export function leafTest({ line, frame, at, path, ledger }: LeafOptions): OpenTest {
  const errorsBefore = ledger.errors
  const expected = frame.reported + 1
  if (line.number !== undefined && line.number !== expected) {
    ledger.fail(at.line, path, `expected test number ${expected} but found ${line.number}`)
  }
  const status = statusOf(line)
  const diagnostics = notesText(frame.pending, { passed: status === 'pass' })
  clearNotes(frame.pending)
  const elapsed = at.at === undefined || frame.mark.at === undefined ? undefined : at.at - frame.mark.at
  return {
    name: line.name,
    status,
    number: line.number,
    reason: reasonOf(line),
    diagnostics,
    attributes: testAttributes(line.name, diagnostics),
    seconds: statedSeconds(line.reason) ?? (elapsed !== undefined && elapsed >= 0 ? elapsed : undefined),
    startLine: Math.min(frame.mark.line + 1, at.line),
    endLine: at.line,
    planned: undefined,
    counts: countsOfOne(status, ledger.errors - errorsBefore),
    tests: [],
  }
}
