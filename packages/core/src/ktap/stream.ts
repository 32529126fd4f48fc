import { suiteAttribute } from './attributes.ts'
import { adoptCommented, giveTrailing } from './close-frame.ts'
import { columnOf, isComplete, isFresh, openFrame, type Frame, type FrameStart, type LinePlace, type OpenTest } from './frame.ts'
import type { Ledger } from './ledger.ts'
import { addNote, moveNotes } from './notes.ts'
import { createOpenFrames } from './open-frames.ts'
import { parseKtapLine, type KtapLine, type ResultLine } from './parse-line.ts'

// Indentation of a subtest.
const levelColumns = 4
// Suites in suites: the kernel's own tests have three levels (ktap.rst). Whoever reads the results follows them down.
const mostLevels = 100
// kselftest's runner comments what a program prints, and that program may be such a runner.
const mostComments = 4
// What of a line is quoted.
const longestQuote = 80

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
  /** In the comments of how many streams this one is. */
  readonly comments?: number
  /** A test has its result. */
  readonly onResult?: (test: OpenTest, path: string) => void
}

export interface KtapStream {
  /** A line that is a part of the protocol; false: it begins a stream of its own. */
  read(line: KtapLine, text: string, place: LinePlace): boolean
  /** Any other line. */
  note(text: string, place: LinePlace): void
  /** Any other line, which belongs to no test: a failure where the stream allows none. */
  checkStray(text: string, place: LinePlace): void
  /** No further result is expected. */
  isComplete(): boolean
  /** The stream, and before it those that only looked like subtests of it. */
  close(place: LinePlace): readonly ClosedStream[]
}

/** One TAP or KTAP stream. Indentation says what belongs to what; where it got lost, names and plans do, as in kunit_parser.py. */
export function createStream({ protocol, version, column, place, ledger, comments = 0, onResult }: StreamStart): KtapStream {
  const isTap = protocol === 'TAP'
  const main = openFrame({ hasVersion: true, isTap, headerColumn: column, column, start: place })
  const frames = createOpenFrames({ main, ledger, onResult })
  const { top, close, closeDeeperThan, leaf } = frames
  const push = (start: FrameStart): void => frames.push({ ...start, isTap })
  let bailOut: string | undefined
  /** What the program of a test prints in comments while that test runs. */
  let inner: KtapStream | undefined
  let isDeepTold = false

  /** A rule is broken that makes the run fail. */
  const breakRule = (frame: Frame, at: LinePlace, message: string): void => {
    frame.isOverrun = true
    ledger.fail(at.line, frames.pathOf(''), message)
  }

  /** Whether a line would open more suites in suites than are read. */
  const isTooDeep = (line: KtapLine): boolean => {
    if (frames.all.length + line.column / levelColumns < mostLevels) return false
    const outer = frames.all.filter((frame) => columnOf(frame) <= line.column)
    const levels = Math.ceil((line.column - columnOf(outer.at(-1) ?? main)) / levelColumns)
    return outer.length + Math.max(levels, line.kind === 'header' || line.kind === 'version' ? 1 : 0) > mostLevels
  }

  const onTooDeep = (at: LinePlace): void => {
    if (isDeepTold) return
    isDeepTold = true
    main.isOverrun = true
    ledger.fail(at.line, '', `subtests more than ${mostLevels} levels deep are not read`)
  }

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
    if (isInside) return note(text, at)
    if (frame.planned !== undefined) {
      // Another program's plan: what it was to run is not what ran.
      if (isTap && frame.planned !== line.count) breakRule(frame, at, `a second plan, of ${line.count} instead of ${frame.planned}`)
      return note(text, at)
    }
    closeDeeperThan(columnOf(frame), at)
    frame.column ??= line.column
    setPlan(frame, line, at)
  }

  const onBadPlan = (line: KtapLine & { readonly kind: 'bad-plan' }, text: string, at: LinePlace): void => {
    const frame = frames.all.findLast((open) => columnOf(open) <= line.column)
    if (frame !== undefined && frame.planned === undefined)
      breakRule(frame, at, `a plan that cannot be read: ${line.text.slice(0, longestQuote)}`)
    note(text, at)
  }

  const setPlan = (frame: Frame, line: KtapLine & { readonly kind: 'plan' }, at: LinePlace): void => {
    frame.planned = line.count
    frame.skipReason = line.count === 0 ? line.skip : undefined
    if (frame.reported === 0) {
      moveNotes(frame.pending, frame.notes)
      frame.mark = at
    } else if (frame.reported > line.count) breakRule(frame, at, `${frame.reported} results, but ${line.count} were planned`)
    else if (isTap && frame.highest > line.count) breakRule(frame, at, `number ${frame.highest} is not in the plan of ${line.count}`)
  }

  /** kselftest's runner puts `# ` before all that a program prints, its own results too: they are read one level down. */
  const takeComment = (text: string, at: LinePlace): boolean => {
    if (!isTap || !text.startsWith('# ') || comments >= mostComments) return false
    const content = text.slice(2)
    const line = parseKtapLine(content)
    if (inner === undefined && !beginsComment(line)) return false
    if (inner !== undefined && line?.kind === 'version' && !inner.read(line, content, at)) endComment(at, undefined)
    else if (inner !== undefined && line?.kind !== 'version') {
      if (line === undefined) inner.note(content, at)
      else inner.read(line, content, at)
      return true
    }
    if (inner !== undefined) return true
    const { protocol: ofComment, version: number } = line?.kind === 'version' ? line : { protocol: 'TAP' as const, version: 12 }
    inner = createStream({ protocol: ofComment, version: number, column: line?.column ?? 0, place: at, ledger, comments: comments + 1 })
    if (line !== undefined && line.kind !== 'version') inner.read(line, content, at)
    return true
  }

  /** `next`: the line that ends it, most often the result of the program. */
  const endComment = (at: LinePlace, next: KtapLine | undefined): void => {
    const closed = inner?.close(at) ?? []
    inner = undefined
    for (const { main: nested, bailOut: gaveUp } of closed) {
      // The runner may say ok all the same.
      if (gaveUp !== undefined || nested.isOverrun) top().isOverrun = true
      const { planned, reported } = nested
      if (planned !== undefined && reported < planned) {
        // A program that is skipped half way is skipped.
        const isSkipped = next?.kind === 'result' && next.directive === 'skip'
        const message = `${reported} of ${planned} results that a program planned in comments`
        if (isSkipped) ledger.fail(at.line, frames.pathOf(''), message)
        else breakRule(top(), at, message)
      }
      giveTrailing(nested, ledger)
      top().commented.push(...nested.tests)
    }
  }

  /** A failure behind text without a line end (posix_timers.c of kselftest prints "Diff too high: 12..not ok 2 name"), when it is the next result. */
  const takeGlued = (frame: Frame, text: string, at: LinePlace): boolean => {
    const from = text.startsWith('#') ? -1 : text.indexOf('not ok ', 1)
    const line = from < 0 ? undefined : parseKtapLine(text.slice(from))
    if (line?.kind !== 'result' || frame.column === undefined) return false
    if (line.number !== (frame.isTap ? frame.contiguous : frame.reported) + 1) return false
    addNote(frame.pending, text.slice(0, from))
    onResultLine({ ...line, column: frame.column }, at)
    return true
  }

  /** A pragma counts where it is and further in, and may be what a subtest begins with. */
  const onPragma = (line: KtapLine & { readonly kind: 'pragma' }, at: LinePlace): void => {
    closeDeeperThan(line.column, at)
    const frame = top()
    if (frame.column !== undefined && line.column > frame.column) pushBare(line.column, frame.mark)
    if (line.name === 'strict') top().isStrict = line.isOn
  }

  const isStrict = (): boolean => frames.all.findLast((frame) => frame.isStrict !== undefined)?.isStrict === true

  const checkStray = (text: string, at: LinePlace): void => {
    if (isTap && isStrict() && text.trim() !== '' && !text.trimStart().startsWith('#'))
      breakRule(top(), at, 'a line that is not TAP, and pragma +strict')
  }

  const note = (text: string, at: LinePlace): void => {
    const frame = top()
    if (frames.takeYaml(text)) return
    if (takeComment(text, at)) return
    if (takeGlued(frame, text, at)) return
    checkStray(text, at)
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
      if (inner !== undefined && line.kind !== 'header') endComment(at, line)
      if (isTooDeep(line)) {
        onTooDeep(at)
        note(text, at)
        return true
      }
      switch (line.kind) {
        case 'version':
          return onVersion(line, at)
        case 'header':
          onHeader(line.name, line.column, at)
          return true
        case 'plan':
          onPlan(line, text, at)
          return true
        case 'bad-plan':
          onBadPlan(line, text, at)
          return true
        case 'pragma':
          if (isTap) onPragma(line, at)
          return true
        case 'bail':
          bailOut ??= line.reason
          ledger.fail(at.line, '', `bail out: ${line.reason === '' ? 'no reason given' : line.reason}`)
          return true
        case 'result':
          // Only TAP lets the number be left out; on a console `ok` begins sentences. What claims to have failed counts.
          if (line.number === undefined && protocol === 'KTAP' && (line.ok || !line.isFormal)) note(text, at)
          else onResultLine(isTap && version >= 14 ? wholeName(line) : line, at)
          return true
      }
    },
    note,
    checkStray,
    isComplete: () => frames.all.length === 1 && isComplete(main),
    close: (at) => {
      endComment(at, undefined)
      while (frames.all.length > 1) close({ result: undefined, place: at })
      adoptCommented(main)
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

/** TAP 14: a directive that is not known is a part of the description. */
function wholeName(line: ResultLine): ResultLine {
  if (line.directive !== undefined || line.reason === '') return line
  return { ...line, name: `${line.name} # ${line.reason}`.trim(), reason: '' }
}

function isNamed(frame: Frame, line: ResultLine): boolean {
  // A message of the kernel may have cut the name off.
  return (
    frame.name !== undefined && (frame.name === line.name || (line.name !== '' && frame.name.startsWith(line.name) && line.isTorn === true))
  )
}
