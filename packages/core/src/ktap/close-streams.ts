import { addMissing, giveTrailing } from './close-frame.ts'
import type { Frame, OpenTest } from './frame.ts'
import type { Ledger } from './ledger.ts'
import {
  addCounts,
  addStatus,
  noCounts,
  noStream,
  noTests,
  totalOf,
  type KtapResults,
  type OverallStatus,
  type TestCounts,
} from './result.ts'
import type { ClosedStream } from './stream.ts'

// A version line and an empty plan are a stream: a log of nothing else must not fill memory.
const mostStreams = 1000

/** The streams of one log that have ended. */
export interface StreamAccount {
  add(stream: ClosedStream): void
  /** All of them as one result, by the rules of kunit_parser.py where these say something. */
  total(): KtapResults
}

export function createStreamAccount(ledger: Ledger): StreamAccount {
  const listed: ClosedStream[] = []
  const tests: OpenTest[] = []
  let counts = noCounts
  let count = 0
  let bailOut: string | undefined
  let isBroken = false
  let isOverrun = false
  return {
    add: (stream) => {
      const { main } = stream
      settle(main, ledger)
      count += 1
      counts = addCounts(counts, main.counts)
      bailOut ??= stream.bailOut
      isBroken ||= main.isBroken
      isOverrun ||= main.isOverrun
      if (listed.length < mostStreams) listed.push(stream)
      else tests.push(...main.tests)
    },
    total: () => {
      if (count === 0) ledger.fail(0, '', noStream)
      const streams = listed.toSorted((a, b) => a.main.start.line - b.main.start.line)
      return {
        status: statusOfAll({ count, counts, isBroken, hasFailed: bailOut !== undefined || isOverrun }),
        counts: { ...counts, errors: ledger.errors },
        finished: count > 0 && !isBroken && bailOut === undefined,
        tests: [...streams.flatMap(({ main }) => main.tests), ...tests],
        errors: ledger.list,
        bailOut,
        streams: streams.map(({ protocol, version, main }) => ({
          protocol,
          version,
          planned: main.planned,
          reported: main.reported,
          startLine: main.start.line,
          endLine: main.end.line,
        })),
        omitted: ledger.omitted,
      }
    },
  }
}

/** The stream has ended: what was planned and never came is missing now. */
function settle(main: Frame, ledger: Ledger): void {
  const { end } = main
  if ((main.planned ?? 0) <= main.reported) giveTrailing(main, ledger)
  addMissing({ frame: main, place: end, path: '', ledger })
  if (main.reported > 0) return
  if (main.skipReason === undefined) ledger.fail(end.line, '', noTests)
  else main.counts = addStatus(main.counts, 'skip')
}

function statusOfAll(options: {
  readonly count: number
  readonly counts: TestCounts
  readonly isBroken: boolean
  readonly hasFailed: boolean
}): OverallStatus {
  const { count, counts, isBroken, hasFailed } = options
  if (count === 0) return 'no-results'
  if (counts.crashed > 0 || isBroken) return 'crashed'
  if (counts.failed > 0 || hasFailed) return 'fail'
  if (totalOf(counts) === 0) return 'no-tests'
  return counts.passed + counts.todo + counts.xfail > 0 ? 'pass' : 'skip'
}
