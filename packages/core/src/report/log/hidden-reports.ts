import { createReportReader } from '../reader.ts'

/** One message of the kernel's log as the console prints it. */
interface LogRecord {
  /** `[    5.123456]` */
  readonly stamp: string
  readonly lines: readonly string[]
}

const decoder = new TextDecoder()
const stampPattern = /\[ *\d+\.\d{6}\]/
const callerPattern = /(?<=^\[ *\d+\.\d{6}\])\[ *[TC]\d+\]/

/**
 * The lines of those reports of a kernel's log that its console does not show, stamped as it would print them: its level is low (kernel.printk, `quiet`),
 * or it is off. `log` is what the agent read from /dev/kmsg (Documentation/ABI/testing/dev-kmsg), `shown` the text of the console.
 */
export function hiddenReports(log: Uint8Array, shown: string): readonly string[] {
  const lines = hiddenLines(parseRecords(log), shown)
  const found: string[] = []
  const reader = createReportReader(({ startLine, endLine }) => found.push(...lines.slice(startLine - 1, endLine)))
  for (const line of lines) reader.read(line)
  reader.end()
  return found
}

function hiddenLines(records: readonly LogRecord[], shown: string): readonly string[] {
  const isStamped = stampPattern.test(shown)
  const printed = new Set(shown.split('\n').map((line) => (isStamped ? fromStamp(line) : line).trimEnd()))
  return records.flatMap(({ stamp, lines }) =>
    lines.filter((line) => !printed.has((isStamped ? `${stamp} ${line}` : line).trimEnd())).map((line) => `${stamp} ${line}`),
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
  return [{ stamp: `[${seconds.padStart(5)}.${rest}]`, lines: unescape(text).split('\n') }]
}

/** Bytes that cannot be printed, and the backslash, are `\xNN`. */
function unescape(text: string): string {
  if (!text.includes('\\x')) return text
  const bytes = text.replaceAll(/\\x([0-9a-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return decoder.decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)))
}
