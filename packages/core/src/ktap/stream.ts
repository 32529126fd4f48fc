import { suiteAttribute } from './attributes.ts'
import { giveTrailing } from './close-frame.ts'
import { columnOf, isComplete, isFresh, openFrame, type Frame, type FrameStart, type LinePlace, type OpenTest } from './frame.ts'
import type { Ledger } from './ledger.ts'
import { addNote, moveNotes } from './notes.ts'
import { createOpenFrames } from './open-frames.ts'
import { parseKtapLine, type KtapLine, type ResultLine } from './parse-line.ts'

// Indentation of a subtest.
const levelColumns = 4

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
  const isTap = protocol === 'TAP'
  const main = openFrame({ hasVersion: true, isTap, headerColumn: column, column, start: place })
  const frames = createOpenFrames({ main, ledger, onResult })
  const { top, close, closeDeeperThan, leaf } = frames
  const push = (start: FrameStart): void => frames.push({ ...start, isTap })
  let bailOut: string | undefined
  let isStrict = false
  /** What the program of a test prints in comments while that test runs. */
  let inner: KtapStream | undefined

  /** A subtest that begins with its results alone (TAP 14); four blanks are a level, and a deeper one may come first. */
  const pushBare = (to: number, start: LinePlace): void => {
    const from = columnOf(top())
    if ((to - from) % levelColumns === 0)
      for (let column = from + levelColumns; column < to; column += levelColumns)
        push({ isBare: true, headerColumn: column, column, start })
    push({ isBare: true, headerColumn: to, column: to, start })
  }

  /** All tests of the suite have told, and this is its number: a busy console lost a letter of the name. */
  const isNext = (frame: Frame, line: ResultLine): boolean => isComplete(frame) && line.number === frames.parent().reported + 1

  const onResultLine = (line: ResultLine, at: LinePlace): void => {
    for (;;) {
      const frame = top()
      if (frames.all.length === 1) {
        if (line.column > columnOf(frame)) pushBare(line.column, frame.mark)
        return leaf(line, at)
      }
      const parentColumn = columnOf(frames.parent())
      if (frame.column === undefined) {
        if (line.column === frame.headerColumn && isNamed(frame, line)) return closeHeaderOnly(line, at)
        if (line.column >= frame.headerColumn) {
          frame.column = line.column
          return leaf(line, at)
        }
      } else if (line.column > frame.column) {
        pushBare(line.column, frame.mark)
        return leaf(line, at)
      } else if (line.column === frame.column) {
        if (frame.column > parentColumn) return leaf(line, at)
        if (isNamed(frame, line) || isComplete(frame)) return close({ result: line, place: at })
        return leaf(line, at)
      } else if (line.column >= parentColumn && (frame.name === undefined || isNamed(frame, line) || isNext(frame, line))) {
        return close({ result: line, place: at })
      }
      close({ result: undefined, place: at })
    }
  }

  /** `# Subtest: name` and its result on the same level: a test of a TAP 14 producer; KUnit would have run nothing. */
  const closeHeaderOnly = (line: ResultLine, at: LinePlace): void => {
    if (protocol === 'KTAP') return close({ result: line, place: at })
    frames.dissolve()
    leaf(line, at)
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
      else if (frame.planned !== undefined && !isComplete(frame) && frames.aside.length === 0) break
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
    const index = frames.all.findLastIndex((frame) => columnOf(frame) <= line.column)
    const frame = frames.all[index]
    if (frame === undefined) return note(text, at)
    const isInside = line.column > columnOf(frame) && frame.column !== undefined
    if (isInside && index === frames.all.length - 1) {
      pushBare(line.column, frame.mark)
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
      ledger.fail(at.line, frames.pathOf(''), `${frame.reported} results, but ${line.count} were planned`)
    } else if (isTap && frame.highest > line.count) {
      frame.isOverrun = true
      ledger.fail(at.line, frames.pathOf(''), `number ${frame.highest} is not in the plan of ${line.count}`)
    }
  }

  /** kselftest's runner puts `# ` before all that a program prints, its own results too: they are read one level down. */
  const takeComment = (text: string, at: LinePlace): boolean => {
    if (!isTap || !text.startsWith('# ')) return false
    const content = text.slice(2)
    const line = parseKtapLine(content)
    if (inner === undefined && !beginsComment(line)) return false
    if (inner !== undefined && line?.kind === 'version' && !inner.read(line, content, at)) endComment(at)
    else if (inner !== undefined && line?.kind !== 'version') {
      if (line === undefined) inner.note(content, at)
      else inner.read(line, content, at)
      return true
    }
    if (inner !== undefined) return true
    const start = line?.kind === 'version' ? line : { protocol: 'TAP' as const, version: 12 }
    inner = createStream({ protocol: start.protocol, version: start.version, column: line?.column ?? 0, place: at, ledger })
    if (line !== undefined && line.kind !== 'version') inner.read(line, content, at)
    return true
  }

  const endComment = (at: LinePlace): void => {
    const closed = inner?.close(at) ?? []
    inner = undefined
    for (const { main: nested, bailOut: gaveUp } of closed) {
      // The runner may say ok all the same.
      if (gaveUp !== undefined) top().isOverrun = true
      const { planned, reported } = nested
      if (planned !== undefined && reported < planned)
        ledger.fail(at.line, frames.pathOf(''), `${reported} of ${planned} results that a program planned in comments`)
      giveTrailing(nested, ledger)
      top().commented.push(...nested.tests)
    }
  }

  const note = (text: string, at: LinePlace): void => {
    const frame = top()
    if (frames.takeYaml(text)) return
    if (takeComment(text, at)) return
    if (isStrict && text.trim() !== '' && !text.trimStart().startsWith('#')) {
      frame.isOverrun = true
      ledger.fail(at.line, frames.pathOf(''), 'a line that is not TAP, and pragma +strict')
    }
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
      if (inner !== undefined && line.kind !== 'header') endComment(at)
      switch (line.kind) {
        case 'version':
          return onVersion(line, at)
        case 'header':
          onHeader(line.name, line.column, at)
          return true
        case 'plan':
          onPlan(line, text, at)
          return true
        case 'pragma':
          if (isTap && line.name === 'strict') isStrict = line.isOn
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
    isComplete: () => frames.all.length === 1 && isComplete(main),
    close: (at) => {
      endComment(at)
      while (frames.all.length > 1) close({ result: undefined, place: at })
      main.end = { line: Math.max(main.end.line, at.line), at: at.at }
      const aside = frames.aside.map((frame): ClosedStream => ({ protocol, version, main: frame, bailOut: undefined }))
      return [{ protocol, version, main, bailOut }, ...aside]
    },
  }
}

/** What a program's own results begin with; `ok` without a number begins sentences too. */
function beginsComment(line: KtapLine | undefined): boolean {
  return line?.kind === 'version' || line?.kind === 'plan' || (line?.kind === 'result' && line.number !== undefined)
}

function isNamed(frame: Frame, line: ResultLine): boolean {
  // A message of the kernel may have cut the name off.
  return (
    frame.name !== undefined && (frame.name === line.name || (line.name !== '' && frame.name.startsWith(line.name) && line.isTorn === true))
  )
}
