import { statedSeconds, testAttributes } from './attributes.ts'
import { noteNumber, type Frame, type LinePlace, type OpenTest } from './frame.ts'
import type { Ledger } from './ledger.ts'
import { clearNotes, lastComment, notesText } from './notes.ts'
import type { ResultLine } from './parse-line.ts'
import { countsOfOne } from './result.ts'
import { reasonOf, statusOf } from './parse-line.ts'

export interface LeafOptions {
  readonly line: ResultLine
  /** The suite that it belongs to; the lines that waited there become its diagnostics. */
  readonly frame: Frame
  readonly at: LinePlace
  readonly path: string
  readonly ledger: Ledger
  /** TAP lets results come in any order; KTAP counts. */
  readonly isTap: boolean
}

/** A result line as a test without subtests. */
export function leafTest({ line, frame, at, path, ledger, isTap }: LeafOptions): OpenTest {
  const errorsBefore = ledger.errors
  const number = checkNumber({ line, frame, at, path, ledger, isTap })
  const status = statusOf(line)
  const diagnostics = notesText(frame.pending, { passed: status === 'pass' })
  clearNotes(frame.pending)
  const elapsed = at.at === undefined || frame.mark.at === undefined ? undefined : at.at - frame.mark.at
  return {
    name: line.name,
    status,
    number,
    reason: reasonOf(line) ?? (isTap && status === 'skip' ? lastComment(diagnostics) : undefined),
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

/**
 * The number of a result, counted where the line has none. One outside of the plan or seen before makes the run fail in TAP; in KTAP one that is
 * not the next breaks a rule.
 */
export function checkNumber({ line, frame, at, path, ledger, isTap }: LeafOptions): number {
  const expected = isTap ? frame.contiguous + 1 : frame.reported + 1
  const number = line.number ?? expected
  const isNew = noteNumber(frame, number)
  if (!isTap) {
    if (number !== expected) ledger.fail(at.line, path, `expected test number ${expected} but found ${number}`)
    return number
  }
  if (!isNew) ledger.fail(at.line, path, `number ${number} has reported before`)
  else if (number === 0 || (frame.planned !== undefined && number > frame.planned))
    ledger.fail(at.line, path, `number ${number} is not in the plan of ${frame.planned ?? 0}`)
  else return number
  frame.isOverrun = true
  return number
}
