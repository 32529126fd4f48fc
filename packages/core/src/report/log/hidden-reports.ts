import { createReportReader } from '../reader.ts'

/** One message of the kernel's log as the console prints it. */
interface LogRecord {
  /** `[    5.123456]` */
  readonly stamp: string
  readonly lines: readonly string[]
  /** As it was read. */
  readonly record: string
}

const decoder = new TextDecoder()
const stampPattern = /\[ *\d+\.\d{6}\]/
const callerPattern = /(?<=^\[ *\d+\.\d{6}\])\[ *[TC]\d+\]/

/** What a kernel's log has that its console lacks. */
export interface HiddenReports {
  /** Lines of reports, stamped as the console would print them. */
  readonly lines: readonly string[]
  /** Records of a report that has not ended: to be read again before what comes next. */
  readonly unfinished: string
}

/**
 * Those reports of a kernel's log that its console does not show: its level is low (kernel.printk, `quiet`), or it is off. `log` is what the agent read
 * from /dev/kmsg (Documentation/ABI/testing/dev-kmsg), `shown` the text of the console. When nothing more comes (`isWhole`) every report has ended.
 */
export function hiddenReports(log: Uint8Array, shown: string, { isWhole = true } = {}): HiddenReports {
  const hidden = hiddenLines(parseRecords(log), shown)
  const lines: string[] = []
  const reader = createReportReader(({ startLine, endLine }) => lines.push(...hidden.slice(startLine - 1, endLine).map(({ line }) => line)))
  for (const { line } of hidden) reader.read(line)
  const from = isWhole ? undefined : reader.unfinished()[0]?.startLine
  if (from === undefined) reader.end()
  const unfinished = from === undefined ? [] : new Set(hidden.slice(from - 1).map(({ record }) => `${record}\n`))
  return { lines, unfinished: [...unfinished].join('') }
}

interface HiddenLine {
  readonly line: string
  readonly record: string
}

function hiddenLines(records: readonly LogRecord[], shown: string): readonly HiddenLine[] {
  const isStamped = stampPattern.test(shown)
  const printed = new Set(shown.split('\n').map((line) => (isStamped ? fromStamp(line) : line).trimEnd()))
  return records.flatMap(({ stamp, lines, record }) =>
    lines
      .filter((line) => !printed.has((isStamped ? `${stamp} ${line}` : line).trimEnd()))
      .map((line) => ({ line: `${stamp} ${line}`, record })),
  )
}

/** Without what a program left on the line before, and without the caller of CONFIG_PRINTK_CALLER. */
function fromStamp(line: string): string {
  const at = line.search(stampPattern)
  return at < 0 ? line : line.slice(at).replace(callerPattern, '')
}

function parseRecords(log: Uint8Array): readonly LogRecord[] {
  return decoder.decode(log).split('\n').flatMap(parseRecord)
}

function parseRecord(record: string): readonly LogRecord[] {
  const [, microseconds, text] = /^\d+,\d+,(\d{1,18}),[^;]*;(.*)$/.exec(record) ?? []
  if (microseconds === undefined || text === undefined) return []
  const [seconds, rest] = [microseconds.slice(0, -6) || '0', microseconds.slice(-6).padStart(6, '0')]
  return [{ stamp: `[${seconds.padStart(5)}.${rest}]`, lines: unescape(text).split('\n'), record }]
}

/** Bytes that cannot be printed, and the backslash, are `\xNN`. */
function unescape(text: string): string {
  if (!text.includes('\\x')) return text
  const bytes = text.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
}
