import { suiteAttribute } from './attributes.ts'
import { closeFrame, type FrameEnd } from './close-frame.ts'
import { columnOf, isComplete, isFresh, openFrame, type Frame, type LinePlace, type OpenTest } from './frame.ts'
import { leafTest } from './leaf-test.ts'
import type { Ledger } from './ledger.ts'
import { addNote, moveNotes } from './notes.ts'
import type { KtapLine, ResultLine } from './parse-line.ts'
import { addCounts } from './result.ts'
import { createYamlBlock } from './yaml-block.ts'

/** A stream that has ended. */
export interface ClosedStream {
  readonly protocol: 'TAP' | 'KTAP'
  readonly version: number
  readonly main: Frame
  readonly bailOut: string | undefined
}

export interface StreamStart {
  readonly protocol: 'TAP' | 'KTAP'
  readonly version: number
  readonly column: number
  readonly place: LinePlace
  readonly ledger: Ledger
  /** A test has its result. */
  readonly onResult?: (test: OpenTest, path: string) => void
}

export interface KtapStream {
  /** A line that is a part of the protocol; false: it begins a stream of its own. */
  read(line: KtapLine, text: string, place: LinePlace): boolean
  /** Any other line. */
  note(text: string, place: LinePlace): void
  /** No further result is expected. */
  isComplete(): boolean
  /** The stream, and before it those that only looked like subtests of it. */
  close(place: LinePlace): readonly ClosedStream[]
}

/** One TAP or KTAP stream. Indentation says what belongs to what; where it got lost, names and plans do, as in kunit_parser.py. */
export function createStream({ protocol, version, column, place, ledger, onResult }: StreamStart): KtapStream {
  const main = openFrame({ hasVersion: true, headerColumn: column, column, start: place })
  const stack: Frame[] = [main]
  const aside: ClosedStream[] = []
  let bailOut: string | undefined
  const yaml = createYamlBlock()

  const top = (): Frame => stack.at(-1) ?? main
  const parentOf = (): Frame => stack.at(-2) ?? main
  const pathOf = (name: string): string =>
    [...stack.slice(1).map((frame) => frame.name ?? '?'), name].filter((part) => part !== '').join('.')

  const close = (end: FrameEnd): void => {
    const frame = stack.pop()
    if (frame === undefined || frame === main) return
    const parent = top()
    if (end.result === undefined && frame.isBare) return adopt(frame, parent)
    // Not indented and never ended by a result: another program's stream, not a subtest.
    if (end.result === undefined && frame.hasVersion && frame.name === undefined && columnOf(frame) <= columnOf(parent)) {
      aside.push({ protocol, version, main: frame, bailOut: undefined })
      return
    }
    const path = pathOf(frame.name ?? end.result?.name ?? '')
    const test = closeFrame({ frame, end, expected: parent.reported + 1, path, ledger })
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
    if (test.status === 'crashed') frame.isBroken = true
    if (frame.planned !== undefined && frame.reported > frame.planned) {
      frame.isOverrun = true
      ledger.fail(at.line, pathOf(test.name), `a result more than the ${frame.planned} that were planned`)
    }
    if (ledger.keeps(test)) frame.tests.push(test)
    yaml.follow(test, frame)
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

  const leaf = (line: ResultLine, at: LinePlace): void => {
    const path = pathOf(line.name)
    const test = leafTest({ line, frame: top(), at, path, ledger })
    keep(top(), test, at)
    onResult?.(test, path)
  }

  const onResultLine = (line: ResultLine, at: LinePlace): void => {
    for (;;) {
      const frame = top()
      if (stack.length === 1) {
        if (line.column > columnOf(frame)) push({ isBare: true, headerColumn: line.column, column: line.column, start: frame.mark })
        return leaf(line, at)
      }
      const parentColumn = columnOf(parentOf())
      if (frame.column === undefined) {
        if (line.column === frame.headerColumn && isNamed(frame, line)) return closeHeaderOnly(line, at)
        if (line.column >= frame.headerColumn) {
          frame.column = line.column
          return leaf(line, at)
        }
      } else if (line.column > frame.column) {
        push({ isBare: true, headerColumn: line.column, column: line.column, start: frame.mark })
        return leaf(line, at)
      } else if (line.column === frame.column) {
        if (frame.column > parentColumn) return leaf(line, at)
        if (isNamed(frame, line) || isComplete(frame)) return close({ result: line, place: at })
        return leaf(line, at)
      } else if (line.column >= parentColumn && (frame.name === undefined || isNamed(frame, line))) {
        return close({ result: line, place: at })
      }
      close({ result: undefined, place: at })
    }
  }

  /** `# Subtest: name` and its result on the same level: a test of a TAP 14 producer; KUnit would have run nothing. */
  const closeHeaderOnly = (line: ResultLine, at: LinePlace): void => {
    if (protocol === 'KTAP') return close({ result: line, place: at })
    const frame = stack.pop()
    if (frame !== undefined) {
      top().mark = frame.start
      moveNotes(frame.notes, top().pending)
      moveNotes(frame.pending, top().pending)
    }
    leaf(line, at)
  }

  const push = (start: Parameters<typeof openFrame>[0]): void => {
    stack.push(openFrame(start))
    yaml.forget()
  }

  /** Frames that stand further to the right are over. */
  const closeDeeperThan = (limit: number, at: LinePlace): void => {
    while (stack.length > 1 && limit < columnOf(top())) close({ result: undefined, place: at })
  }

  const onVersion = (line: KtapLine & { readonly kind: 'version' }, at: LinePlace): boolean => {
    const pending = top()
    if (pending !== main && !pending.hasVersion && isFresh(pending) && line.column >= pending.headerColumn) {
      pending.hasVersion = true
      pending.column = line.column
      return true
    }
    closeDeeperThan(line.column, at)
    const start = { hasVersion: true, headerColumn: line.column, column: line.column, start: at }
    for (;;) {
      const frame = top()
      if (line.column > columnOf(frame)) break
      if (isFresh(frame)) return true
      if (frame !== main) close({ result: undefined, place: at })
      else if (frame.planned !== undefined && !isComplete(frame) && aside.length === 0) break
      else return false
    }
    push(start)
    return true
  }

  const onHeader = (name: string, headerColumn: number, at: LinePlace): void => {
    closeDeeperThan(headerColumn, at)
    let frame = top()
    if (frame !== main && frame.hasVersion && frame.name === undefined && isFresh(frame)) {
      frame.name = name
      return
    }
    // The result line of the suite before got lost.
    if (frame !== main && headerColumn === frame.column && isComplete(frame)) {
      close({ result: undefined, place: at })
      frame = top()
    }
    if (frame.column === undefined && headerColumn > frame.headerColumn) frame.column = headerColumn
    const isBeside = headerColumn === columnOf(frame)
    push({ name, headerColumn, column: isBeside ? undefined : headerColumn, start: at })
  }

  const onPlan = (line: KtapLine & { readonly kind: 'plan' }, text: string, at: LinePlace): void => {
    const index = stack.findLastIndex((frame) => columnOf(frame) <= line.column)
    const frame = stack[index]
    if (frame === undefined) return note(text, at)
    const isInside = line.column > columnOf(frame) && frame.column !== undefined
    if (isInside && index === stack.length - 1) {
      push({ isBare: true, headerColumn: line.column, column: line.column, start: frame.mark })
      return setPlan(top(), line, at)
    }
    if (isInside || frame.planned !== undefined) return note(text, at)
    closeDeeperThan(columnOf(frame), at)
    frame.column ??= line.column
    setPlan(frame, line, at)
  }

  const setPlan = (frame: Frame, line: KtapLine & { readonly kind: 'plan' }, at: LinePlace): void => {
    frame.planned = line.count
    frame.skipReason = line.count === 0 ? line.skip : undefined
    if (frame.reported === 0) {
      moveNotes(frame.pending, frame.notes)
      frame.mark = at
    } else if (frame.reported > line.count) {
      frame.isOverrun = true
      ledger.fail(at.line, pathOf(''), `${frame.reported} results, but ${line.count} were planned`)
    }
  }

  const note = (text: string, at: LinePlace): void => {
    const frame = top()
    if (yaml.take(text, frame)) return
    if (frame.reported === 0) {
      const attribute = suiteAttribute(text)
      if (attribute !== undefined && frame !== main) {
        frame.attributes[attribute[0]] = attribute[1]
        addNote(frame.notes, text)
        return
      }
    }
    frame.end = at
    addNote(frame.pending, text)
  }

  return {
    read: (line, text, at) => {
      switch (line.kind) {
        case 'version':
          return onVersion(line, at)
        case 'header':
          onHeader(line.name, line.column, at)
          return true
        case 'plan':
          onPlan(line, text, at)
          return true
        case 'bail':
          bailOut ??= line.reason
          ledger.fail(at.line, '', `bail out: ${line.reason === '' ? 'no reason given' : line.reason}`)
          return true
        case 'result':
          // Only TAP lets the number be left out; on a console `ok` begins sentences.
          if (line.number === undefined && protocol === 'KTAP') note(text, at)
          else onResultLine(line, at)
          return true
      }
    },
    note,
    isComplete: () => stack.length === 1 && isComplete(main),
    close: (at) => {
      while (stack.length > 1) close({ result: undefined, place: at })
      main.end = { line: Math.max(main.end.line, at.line), at: at.at }
      return [{ protocol, version, main, bailOut }, ...aside]
    },
  }
}

function isNamed(frame: Frame, line: ResultLine): boolean {
  // A message of the kernel may have cut the name off.
  return (
    frame.name !== undefined && (frame.name === line.name || (line.name !== '' && frame.name.startsWith(line.name) && line.isTorn === true))
  )
}
