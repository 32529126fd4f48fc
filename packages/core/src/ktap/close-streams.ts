import { addMissing, giveTrailing } from './close-frame.ts'
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

/** All streams of one log as one result, by the rules of kunit_parser.py where these say something. */
export function closeStreams(streams: readonly ClosedStream[], ledger: Ledger): KtapResults {
  for (const { main } of streams) {
    const { end } = main
    if ((main.planned ?? 0) <= main.reported) giveTrailing(main, ledger)
    addMissing({ frame: main, place: end, path: '', ledger })
    if (main.reported > 0) continue
    if (main.skipReason === undefined) ledger.fail(end.line, '', noTests)
    else main.counts = addStatus(main.counts, 'skip')
  }
  if (streams.length === 0) ledger.fail(0, '', noStream)
  const counts = streams.reduce((sum, { main }) => addCounts(sum, main.counts), noCounts)
  const bailOut = streams.find((stream) => stream.bailOut !== undefined)?.bailOut
  const isBroken = streams.some(({ main }) => main.isBroken)
  return {
    status: statusOfAll({
      streams,
      counts,
      isBroken,
      hasFailed: bailOut !== undefined || streams.some(({ main }) => main.isOverrun),
    }),
    counts: { ...counts, errors: ledger.errors },
    finished: streams.length > 0 && !isBroken && bailOut === undefined,
    tests: streams.flatMap(({ main }) => main.tests),
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
}

function statusOfAll(options: {
  readonly streams: readonly ClosedStream[]
  readonly counts: TestCounts
  readonly isBroken: boolean
  readonly hasFailed: boolean
}): OverallStatus {
  const { streams, counts, isBroken, hasFailed } = options
  if (streams.length === 0) return 'no-results'
  if (counts.crashed > 0 || isBroken) return 'crashed'
  if (counts.failed > 0 || hasFailed) return 'fail'
  if (totalOf(counts) === 0) return 'no-tests'
  return counts.passed + counts.todo + counts.xfail > 0 ? 'pass' : 'skip'
}
