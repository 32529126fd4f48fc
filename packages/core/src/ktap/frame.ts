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
  /** More results came than were planned. */
  isOverrun: boolean
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
  readonly headerColumn: number
  readonly column: number | undefined
  readonly start: LinePlace
}

export function openFrame({ name, hasVersion = false, isBare = false, headerColumn, column, start }: FrameStart): Frame {
  return {
    name,
    hasVersion,
    isBare,
    headerColumn,
    column,
    planned: undefined,
    skipReason: undefined,
    tests: [],
    reported: 0,
    counts: noCounts,
    isBroken: false,
    isOverrun: false,
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

export function columnOf(frame: Frame): number {
  return frame.column ?? frame.headerColumn
}
