import { emptyNotes, type Notes } from './notes.ts'
import { noCounts, type TestCounts, type TestStatus } from './result.ts'

/** A test while its stream is read. */
export interface OpenTest {
  name: string
  status: TestStatus
  number: number | undefined
  reason: string | undefined
  diagnostics: readonly string[]
  attributes: Readonly<Record<string, string>>
  seconds: number | undefined
  startLine: number
  endLine: number
  planned: number | undefined
  counts: TestCounts
  tests: OpenTest[]
}

/** Place and time of a line. */
export interface LinePlace {
  readonly line: number
  /** Seconds, on a clock of the log's own. */
  readonly at: number | undefined
}

/** A suite whose result has not come: what its lines have told so far. */
export interface Frame {
  /** From `# Subtest: name`. */
  name: string | undefined
  hasVersion: boolean
  /** Began with an indented plan or result alone (TAP 14). */
  readonly isBare: boolean
  /** TAP prints what explains a failure after its result, KTAP before. */
  readonly isTap: boolean
  /** Where its header or version line stands. */
  readonly headerColumn: number
  /** Where its tests stand; open after a header that stands beside its parent's tests. */
  column: number | undefined
  planned: number | undefined
  /** `1..0 # SKIP reason` */
  skipReason: string | undefined
  readonly tests: OpenTest[]
  reported: number
  counts: TestCounts
  /** Something in it never reported. */
  isBroken: boolean
  /** Results came that were not planned, or a rule was broken that the stream asked to be kept. */
  isOverrun: boolean
  /** `pragma +strict`: a line that is not TAP is a failure. Undefined: as in the suite around it. */
  isStrict: boolean | undefined
  /** Numbers up to which all results came, and those that came out of order. */
  contiguous: number
  readonly outOfOrder: Set<number>
  highest: number
  /** The test whose result came last. */
  last: OpenTest | undefined
  lastFailure: OpenTest | undefined
  /** Results that a program printed in comments: they belong to the next result. */
  readonly commented: OpenTest[]
  attributes: Record<string, string>
  /** Lines that will belong to the next test, or to the suite when none comes. */
  readonly pending: Notes
  readonly notes: Notes
  readonly start: LinePlace
  /** Where the next test begins. */
  mark: LinePlace
  end: LinePlace
}

export interface FrameStart {
  readonly name?: string
  readonly hasVersion?: boolean
  readonly isBare?: boolean
  readonly isTap?: boolean
  readonly headerColumn: number
  readonly column: number | undefined
  readonly start: LinePlace
}

export function openFrame({ name, hasVersion = false, isBare = false, isTap = false, headerColumn, column, start }: FrameStart): Frame {
  return {
    name,
    hasVersion,
    isBare,
    isTap,
    headerColumn,
    column,
    planned: undefined,
    skipReason: undefined,
    tests: [],
    reported: 0,
    counts: noCounts,
    isBroken: false,
    isOverrun: false,
    isStrict: undefined,
    contiguous: 0,
    outOfOrder: new Set(),
    highest: 0,
    last: undefined,
    lastFailure: undefined,
    commented: [],
    attributes: {},
    pending: emptyNotes(),
    notes: emptyNotes(),
    start,
    mark: start,
    end: start,
  }
}

/** Nothing but its header or version line has come. */
export function isFresh(frame: Frame): boolean {
  return frame.planned === undefined && frame.reported === 0
}

/** All planned tests have reported. */
export function isComplete(frame: Frame): boolean {
  return frame.planned !== undefined && frame.reported >= frame.planned
}

// A stream of a million numbers in a bad order must not fill memory.
const mostOutOfOrder = 10_000

/** Counts a number as seen; false when it was already. */
export function noteNumber(frame: Frame, number: number): boolean {
  frame.highest = Math.max(frame.highest, number)
  if (number <= frame.contiguous || frame.outOfOrder.has(number)) return false
  if (number === frame.contiguous + 1) {
    frame.contiguous = number
    while (frame.outOfOrder.delete(frame.contiguous + 1)) frame.contiguous += 1
  } else if (frame.outOfOrder.size < mostOutOfOrder) frame.outOfOrder.add(number)
  return true
}

/** The first planned numbers that never came. */
export function missingNumbers(frame: Frame, most: number): readonly number[] {
  const missing: number[] = []
  for (let number = frame.contiguous + 1; number <= (frame.planned ?? 0) && missing.length < most; number += 1)
    if (!frame.outOfOrder.has(number)) missing.push(number)
  return missing
}

export function columnOf(frame: Frame): number {
  return frame.column ?? frame.headerColumn
}
