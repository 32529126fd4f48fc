import { createLineFeed } from './lines.ts'
import { holdsControls } from '../message.ts'
import { reportWords } from '../prefilter.ts'
import { createReportReader } from '../reader.ts'
import type { KernelReport } from '../report.ts'

/** Finds reports in a whole log given piece by piece. */
export interface ReportScanner {
  /** Any number of bytes; lines may be cut anywhere. */
  write(bytes: Uint8Array): void
  /** The log has ended; reports that are still open end here. */
  end(): void
  /** Lines so far. */
  lines(): number
}

/** Reads a log of any size in bounded memory; `onReport` gets each report when it is complete, in the order in which they begin. */
export function createReportScanner(onReport: (report: KernelReport) => void): ReportScanner {
  const reader = createReportReader(onReport)
  const words = reportWords()
  let lines = 0
  const skip = (text: string, from: number, to: number): void => {
    const count = countLines(text, from, to)
    lines += count
    reader.skip(count)
  }
  const read = (raw: string): void => {
    // As serial consoles end their lines.
    const text = raw.includes('\r\n') ? raw.replaceAll('\r\n', '\n') : raw
    const readLine = holdsControls(text) ? reader.read : reader.readPlain
    let at = 0
    while (at < text.length) {
      if (reader.isIdle()) {
        words.lastIndex = at
        const found = words.exec(text)
        if (found === null) return skip(text, at, text.length)
        const start = text.lastIndexOf('\n', found.index) + 1
        skip(text, at, start)
        at = start
      }
      const end = text.indexOf('\n', at)
      lines += 1
      readLine(text.slice(at, end))
      at = end + 1
    }
  }
  const feed = createLineFeed(read)
  return {
    write: feed.write,
    end: () => {
      feed.end()
      reader.end()
    },
    lines: () => lines,
  }
}

function countLines(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count += 1
  return count
}
