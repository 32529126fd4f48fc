import { createPrefixLearner } from '../console/line-prefix.ts'
import type { LinePlace, OpenTest } from './frame.ts'
import { createLedger } from './ledger.ts'
import { createStreamAccount } from './close-streams.ts'
import { cleanLines, isEndOfLog, outerWidth } from './log-line.ts'
import { parseKtapLine, type KtapLine } from './parse-line.ts'
import { kernelStamp, splitPrefix, tornAt, type SplitLine } from './prefix.ts'
import type { KtapResults, TestResult } from './result.ts'
import { createStream, type KtapStream } from './stream.ts'

export interface KtapReaderOptions {
  /** Lines may carry time stamps of the kernel or of a logger, and kernel and programs may write side by side: a console, a log file. */
  readonly prefixed: boolean
  /** A plan or a numbered result begins a stream where no version line does (TAP 12). */
  readonly versionless: boolean
  /** Only what the kernel itself says: KUnit, but no program on the same console. */
  readonly kernelOnly?: boolean
  /** A test has its result; `path` is `suite.test`. */
  readonly onResult?: (test: TestResult, path: string) => void
}

/** How far a log has come. */
export interface KtapProgress {
  /** A stream has begun. */
  readonly hasStarted: boolean
  /** One has begun, and none of them expects a further result. */
  readonly isComplete: boolean
}

/** Reads TAP 12 to 14 and KTAP 1 while lines come. */
export interface KtapReader {
  /** One line without its end; `at` are seconds on any clock, for durations. */
  read(line: string, at?: number): void
  progress(): KtapProgress
  /** No more lines: what has not reported by now never will. */
  finish(): KtapResults
}

/** Who writes: the kernel's own lines carry its time stamp. */
interface Lane {
  stream: KtapStream | undefined
  /** A result that a message of the kernel cut; the rest of it may follow. */
  carry: { readonly text: string; readonly place: LinePlace } | undefined
}

// Indentation of a subtest.
const levelColumns = 4
// Sentences that begin with "ok" are not results.
const mostHeld = 1000

const executorError = /^\s*kunit executor: (.*)$/

export function createKtapReader({ prefixed, versionless, kernelOnly = false, onResult }: KtapReaderOptions): KtapReader {
  const ledger = createLedger()
  const account = createStreamAccount(ledger)
  const kernel: Lane = { stream: undefined, carry: undefined }
  const user: Lane = { stream: undefined, carry: undefined }
  let lines = 0
  let hasStarted = false
  let place: LinePlace = { line: 0, at: undefined }
  const prefixes = createPrefixLearner()
  /** Results without numbers: the plan after them begins a stream. */
  let held: { readonly text: string; readonly at: LinePlace }[] = []

  const start = (lane: Lane, line: KtapLine, at: LinePlace): KtapStream => {
    hasStarted = true
    // A suite of KUnit without the lines before it: an excerpt.
    const isExcerpt = line.kind === 'header'
    const { protocol, version } =
      line.kind === 'version' ? line : isExcerpt ? ({ protocol: 'KTAP', version: 1 } as const) : ({ protocol: 'TAP', version: 12 } as const)
    const known = protocol === 'KTAP' ? version === 1 : version >= 12 && version <= 14
    if (!known) ledger.fail(at.line, '', `${protocol} version ${version} is not known; read as ${protocol === 'KTAP' ? '1' : '14'}`)
    const stream = createStream({
      protocol,
      version,
      column: isExcerpt ? Math.max(0, line.column - levelColumns) : line.column,
      place: at,
      ledger,
      ...(onResult === undefined ? {} : { onResult: (test: OpenTest, path: string) => onResult(test, path) }),
    })
    lane.stream = stream
    return stream
  }

  const end = (lane: Lane, at: LinePlace): void => {
    for (const stream of lane.stream?.close(at) ?? []) account.add(stream)
    lane.stream = undefined
  }

  const begins = (line: KtapLine): boolean =>
    line.kind === 'version' ||
    (versionless &&
      (line.kind === 'header' ||
        (line.column === 0 && (line.kind === 'plan' || line.kind === 'bad-plan' || (line.kind === 'result' && line.number !== undefined)))))

  const feed = (lane: Lane, text: string, at: LinePlace, isTorn = false): void => {
    const found = parseKtapLine(text)
    const line = isTorn && found?.kind === 'result' ? { ...found, isTorn: true as const } : found
    const { stream } = lane
    if (stream === undefined) {
      const other = lane === kernel ? user : kernel
      const mayBegin = !(kernelOnly && lane === user)
      if (mayBegin && line !== undefined && (line.kind === 'version' || (begins(line) && other.stream === undefined))) {
        const begun = start(lane, line, at)
        if (line.kind === 'plan' && held.length === line.count) for (const result of held) feed(lane, result.text, result.at)
        held = []
        if (line.kind !== 'version') begun.read(line, text, at)
      } else if (other.stream !== undefined && !other.stream.isComplete()) {
        // The kernel's words between a program's lines are diagnostics; a line without a time stamp may have lost it.
        if (lane === kernel || line === undefined) other.stream.note(text, at)
        else feed(other, text, at)
      } else if (versionless && line?.kind === 'result' && line.column === 0 && other.stream === undefined) {
        if (held.length < mostHeld) held.push({ text, at })
      } else if (line === undefined) {
        const failure = executorError.exec(text)?.[1]
        if (failure !== undefined) ledger.fail(at.line, '', `kunit executor: ${failure}`)
      }
      return
    }
    if (line === undefined) {
      if (isEndOfLog(text)) return end(lane, at)
      // What the kernel says after the last result belongs to no test; what a program comments then explains its last failure.
      if (!stream.isComplete() || (lane === user && text.startsWith('#'))) stream.note(text, at)
      else stream.checkStray(text, at)
      return
    }
    if (stream.read(line, text, at)) return
    end(lane, at)
    start(lane, line, at)
  }

  /** The rest of a result that was cut; another line of the protocol is none. */
  const flush = (lane: Lane, next: string | undefined): boolean => {
    const { carry } = lane
    if (carry === undefined) return false
    lane.carry = undefined
    const isRest = next !== undefined && next !== '' && parseKtapLine(next) === undefined
    feed(lane, isRest ? `${carry.text}${next}` : carry.text, carry.place, !isRest)
    return isRest
  }

  /** Without the prefix of a logger that was learned, and without the kernel's own. */
  const split = (line: string): SplitLine => {
    const stripped = prefixes.isEmpty() ? undefined : prefixes.strip(line)
    if (stripped === undefined) return splitPrefix(line)
    const rest = splitPrefix(stripped.text)
    const stamp = rest.byKernel ? undefined : kernelStamp.exec(stripped.head)?.[1]
    return stamp === undefined ? rest : { text: stripped.text, byKernel: true, at: Number(stamp) }
  }

  const readPrefixed = (line: string): void => {
    const { text, byKernel, at } = split(line)
    const inside = tornAt(text)
    if (inside > 0) {
      const head = { text: text.slice(0, inside), byKernel, at }
      const tail = splitPrefix(text.slice(inside))
      if (parseKtapLine(head.text) !== undefined || parseKtapLine(tail.text) !== undefined) {
        const lane = head.byKernel ? kernel : user
        flush(lane, undefined)
        if (parseKtapLine(head.text)?.kind === 'result' && !head.byKernel)
          lane.carry = { text: head.text, place: { line: lines, at: head.at } }
        else feed(lane, head.text, { line: lines, at: head.at }, true)
        return feed(kernel, tail.text.trimEnd(), { line: lines, at: tail.at })
      }
    }
    const lane = byKernel ? kernel : user
    place = { line: lines, at: at ?? place.at }
    if (flush(lane, text)) return
    if (lane.stream === undefined && kernel.stream === undefined && user.stream === undefined) {
      const width = outerWidth(line)
      if (width > 0 && prefixes.learn(line, width)) return readPrefixed(line)
    }
    feed(lane, text, { line: lines, at })
  }

  return {
    read: (raw, at) => {
      lines += 1
      for (const line of cleanLines(raw)) {
        if (prefixed) {
          readPrefixed(line)
          continue
        }
        place = { line: lines, at }
        feed(user, line, place)
      }
    },
    progress: () => {
      const open = [kernel, user].flatMap(({ stream }) => stream ?? [])
      return { hasStarted, isComplete: hasStarted && open.every((stream) => stream.isComplete()) }
    },
    finish: () => {
      place = { ...place, line: lines }
      for (const lane of [kernel, user]) {
        flush(lane, undefined)
        end(lane, place)
      }
      return account.total()
    },
  }
}
