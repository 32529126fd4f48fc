import { closeFrame, type FrameEnd } from './close-frame.ts'
import { columnOf, isFresh, noteNumber, openFrame, type Frame, type FrameStart, type LinePlace, type OpenTest } from './frame.ts'
import { checkNumber, leafTest } from './leaf-test.ts'
import type { Ledger } from './ledger.ts'
import { moveNotes, notesText, takeTrailing } from './notes.ts'
import type { ResultLine } from './parse-line.ts'
import { addCounts, noCounts } from './result.ts'
import { statusOf } from './parse-line.ts'
import { createYamlBlock } from './yaml-block.ts'

/** The suites that are open, from the stream itself to the innermost one, and the accounts of what they have got. */
export interface OpenFrames {
  readonly all: readonly Frame[]
  /** Streams of their own that only looked like subtests. */
  readonly aside: readonly Frame[]
  top(): Frame
  parent(): Frame
  /** Names from the outermost suite to `name`, joined by dots. */
  pathOf(name: string): string
  push(start: FrameStart): void
  /** The innermost suite is over; without a result it lost it, was bare, or was another program's stream. */
  close(end: FrameEnd): void
  /** So are all that stand further to the right. */
  closeDeeperThan(column: number, at: LinePlace): void
  /** The innermost suite was only a header: what it has noted belongs to the next test. */
  dissolve(): void
  /** A test without subtests has its result. */
  leaf(line: ResultLine, at: LinePlace): void
  /** Whether this line is a part of the YAML block below a result. */
  takeYaml(text: string): boolean
}

export interface OpenFramesOptions {
  readonly main: Frame
  readonly ledger: Ledger
  /** A test has its result. */
  readonly onResult?: ((test: OpenTest, path: string) => void) | undefined
}

export function createOpenFrames({ main, ledger, onResult }: OpenFramesOptions): OpenFrames {
  const all: Frame[] = [main]
  const aside: Frame[] = []
  const yaml = createYamlBlock()

  const top = (): Frame => all.at(-1) ?? main
  const pathOf = (name: string): string => [...all.slice(1).map((frame) => frame.name ?? '?'), name].filter((part) => part !== '').join('.')

  const close = (end: FrameEnd): void => {
    const frame = all.pop()
    if (frame === undefined || frame === main) return
    const parent = top()
    if (end.result === undefined && frame.isBare) return adopt(frame, parent)
    // Not indented and never ended by a result: another program's stream, not a subtest.
    if (end.result === undefined && frame.hasVersion && frame.name === undefined && columnOf(frame) <= columnOf(parent)) {
      aside.push(frame)
      return
    }
    const path = pathOf(frame.name ?? end.result?.name ?? '')
    if (end.result !== undefined) checkNumber({ line: end.result, frame: parent, at: end.place, path, ledger, isTap: parent.isTap })
    else noteNumber(parent, parent.contiguous + 1)
    const test = closeFrame({ frame, end, path, ledger })
    inherit(parent, frame)
    keep(parent, test, end.place)
    onResult?.(test, path)
  }

  const inherit = (parent: Frame, frame: Frame): void => {
    parent.isBroken ||= frame.isBroken
    parent.isOverrun ||= frame.isOverrun
  }

  const keep = (frame: Frame, test: OpenTest, at: LinePlace): void => {
    frame.reported += 1
    frame.counts = addCounts(frame.counts, test.counts)
    frame.mark = at
    frame.end = at
    frame.last = test
    if (test.status === 'fail') frame.lastFailure = test
    if (test.status === 'crashed') frame.isBroken = true
    if (frame.planned !== undefined && frame.reported > frame.planned && !(frame.isTap && frame.isOverrun)) {
      frame.isOverrun = true
      ledger.fail(at.line, pathOf(test.name), `a result more than the ${frame.planned} that were planned`)
    }
    if (ledger.keeps(test)) frame.tests.push(test)
    yaml.follow(test, frame)
  }

  /** Lines between two results belong to the one that failed; to both when both did. */
  const explainLast = (frame: Frame, line: ResultLine): void => {
    const { last } = frame
    if (!frame.isTap || last?.status !== 'fail' || frame.pending.head.length === 0) return
    const trailing = takeTrailing(frame.pending)
    ledger.explain(last, notesText(trailing, { passed: false }))
    if (statusOf(line) === 'fail') {
      moveNotes(frame.pending, trailing)
      moveNotes(trailing, frame.pending)
    }
  }

  const adopt = (frame: Frame, parent: Frame): void => {
    if (isFresh(parent)) parent.planned = frame.planned
    moveNotes(frame.pending, parent.pending)
    parent.tests.push(...frame.tests)
    parent.reported += frame.reported
    parent.counts = addCounts(parent.counts, frame.counts)
    inherit(parent, frame)
    parent.mark = frame.mark
    parent.end = frame.end
  }

  return {
    all,
    aside,
    top,
    parent: () => all.at(-2) ?? main,
    pathOf,
    push: (start) => {
      all.push(openFrame(start))
      yaml.forget()
    },
    close,
    closeDeeperThan: (column, at) => {
      while (all.length > 1 && column < columnOf(top())) close({ result: undefined, place: at })
    },
    dissolve: () => {
      const frame = all.pop()
      if (frame === undefined) return
      inherit(top(), frame)
      top().mark = frame.start
      moveNotes(frame.notes, top().pending)
      moveNotes(frame.pending, top().pending)
    },
    leaf: (line, at) => {
      const path = pathOf(line.name)
      const frame = top()
      explainLast(frame, line)
      const test = leafTest({ line, frame, at, path, ledger, isTap: frame.isTap })
      takeCommented(frame, test)
      keep(frame, test, at)
      for (const child of test.tests) onResult?.(child, `${path}.${child.name}`)
      onResult?.(test, path)
    },
    takeYaml: (text) => yaml.take(text, top()),
  }
}

/** Results that the program of a test printed in comments are its subtests: they count instead of it. */
function takeCommented(frame: Frame, test: OpenTest): void {
  if (frame.commented.length === 0) return
  test.tests = frame.commented.splice(0)
  const counts = test.tests.reduce((sum, child) => addCounts(sum, child.counts), noCounts)
  // A program that fails after its tests passed has failed itself.
  const isUnexplained = test.status === 'fail' && counts.failed + counts.crashed === 0
  test.counts = isUnexplained ? addCounts(counts, test.counts) : { ...counts, errors: counts.errors + test.counts.errors }
}
