import { missingNumbers, type Frame, type LinePlace, type OpenTest } from './frame.ts'
import type { Ledger } from './ledger.ts'
import { clearNotes, emptyNotes, moveNotes, notesText, type Notes } from './notes.ts'
import type { ResultLine } from './parse-line.ts'
import { addCounts, addStatus, countsOfOne, noTests, totalOf, type TestStatus } from './result.ts'
import { reasonOf, statusOf } from './parse-line.ts'

// A plan is one line of text: it may promise a billion tests.
const listedMissing = 100

/** How a suite ended: with its result line, or without one. */
export interface FrameEnd {
  readonly result: ResultLine | undefined
  readonly place: LinePlace
}

export interface FrameClosing {
  readonly frame: Frame
  readonly end: FrameEnd
  readonly path: string
  readonly ledger: Ledger
}

/** Lines after the last result explain the last failure (Test::More, bats, node-tap). */
export function giveTrailing(frame: Frame, ledger: Ledger): void {
  if (!frame.isTap || frame.lastFailure === undefined || frame.pending.head.length === 0) return
  ledger.explain(frame.lastFailure, notesText(frame.pending, { passed: false }))
  clearNotes(frame.pending)
}

/** Results in comments that no result came after: nothing else shows what they say. */
export function adoptCommented(frame: Frame): void {
  for (const test of frame.commented.splice(0)) {
    frame.tests.push(test)
    frame.counts = addCounts(frame.counts, test.counts)
  }
}

/** A suite as a result; what kunit_parser.py counts as errors and crashes is counted here too. */
export function closeFrame({ frame, end, path, ledger }: FrameClosing): OpenTest {
  const errorsBefore = ledger.errors
  const { result, place } = end
  addMissing({ frame, place, path, ledger })
  giveTrailing(frame, ledger)
  adoptCommented(frame)
  moveNotes(frame.pending, frame.notes)
  if (result === undefined) ledger.fail(place.line, path, 'no result line for this suite')
  let status: TestStatus = result === undefined ? 'crashed' : statusOf(result)
  if (frame.reported === 0 && (status === 'crashed' || status === 'pass')) {
    if (frame.skipReason === undefined) {
      status = 'no-tests'
      ledger.fail(place.line, path, noTests)
    } else status = 'skip'
  }
  let counts = frame.counts
  if (totalOf(counts) === 0) counts = addStatus(counts, status)
  else if (counts.crashed > 0) status = 'crashed'
  const elapsed = place.at === undefined || frame.start.at === undefined ? undefined : place.at - frame.start.at
  return {
    name: frame.name ?? result?.name ?? '',
    status,
    number: result?.number,
    reason: (result === undefined ? undefined : reasonOf(result)) ?? frame.skipReason,
    diagnostics: notesText(frame.notes, { passed: status === 'pass' }),
    attributes: frame.attributes,
    seconds: elapsed !== undefined && elapsed >= 0 ? elapsed : undefined,
    startLine: frame.start.line,
    endLine: place.line,
    planned: frame.planned,
    counts: { ...counts, errors: counts.errors + ledger.errors - errorsBefore },
    tests: frame.tests,
  }
}

/** Planned tests that never reported count as crashed; what the log says last belongs to the first of them. */
export function addMissing(options: Pick<FrameClosing, 'frame' | 'path' | 'ledger'> & { readonly place: LinePlace }): void {
  const { frame, place, path, ledger } = options
  const missing = (frame.planned ?? 0) - frame.reported
  if (missing <= 0) return checkAllCame({ frame, place, path, ledger })
  frame.isBroken = true
  const first = emptyNotes()
  moveNotes(frame.pending, first)
  const numbers = missingNumbers(frame, Math.min(missing, listedMissing))
  for (const [index, number] of numbers.entries()) {
    const test = missingTest({ number, notes: index === 0 ? first : undefined, frame, place })
    if (ledger.keeps(test)) frame.tests.push(test)
  }
  const from = numbers[0] ?? frame.reported + 1
  const isRange = numbers.at(-1) === from + numbers.length - 1
  ledger.fail(
    place.line,
    path,
    missing === 1
      ? `test ${from} never reported`
      : isRange
        ? `tests ${from} to ${from + missing - 1} never reported`
        : `tests ${numbers.slice(0, 5).join(', ')}${missing > 5 ? ' …' : ''} never reported`,
    missing,
  )
  frame.counts = addStatus(frame.counts, 'crashed', missing)
  frame.reported += missing
}

/** As many results as planned, and yet a number that never came: others came twice or were not in the plan. */
function checkAllCame({ frame, place, path, ledger }: Parameters<typeof addMissing>[0]): void {
  if (!frame.isOverrun) return
  const [number] = missingNumbers(frame, 1)
  if (number !== undefined) ledger.fail(place.line, path, `test ${number} never reported`)
}

function missingTest(options: {
  readonly number: number
  readonly notes: Notes | undefined
  readonly frame: Frame
  readonly place: LinePlace
}): OpenTest {
  const { number, notes, frame, place } = options
  return {
    name: '',
    status: 'crashed',
    number,
    reason: undefined,
    diagnostics: notes === undefined ? [] : notesText(notes, { passed: false }),
    attributes: {},
    seconds: undefined,
    startLine: Math.min(frame.mark.line + 1, place.line),
    endLine: place.line,
    planned: undefined,
    counts: countsOfOne('crashed', 0),
    tests: [],
  }
}
