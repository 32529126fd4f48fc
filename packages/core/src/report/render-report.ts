import type { Owners } from '../decode/maintainers.ts'
import type { KernelReport, ReportFrame } from './report.ts'

// What fits a screen; --json has all of them.
const mostFrames = 12

/** A report as people read it: title, place, task, and the trace from the function to blame. */
export function renderReport(file: string, report: KernelReport): string {
  const about = [
    report.kind,
    report.source === undefined ? undefined : `${report.source}:${report.line ?? 0}`,
    report.process === undefined ? undefined : `task ${report.process}`,
    `lines ${report.startLine} to ${report.endLine}`,
  ].filter((part) => part !== undefined)
  const trace = traceFromBlame(report)
  const frames = trace.slice(0, mostFrames).map((frame) => `    ${renderFrame(frame)}`)
  const rest = trace.length - mostFrames
  return [
    `${file}:${report.startLine}: ${report.title}`,
    `  ${about.join(', ')}`,
    ...(report.owners === undefined ? [] : [`  ${renderOwners(report.owners)}`]),
    ...frames,
    ...(rest > 0 ? [`    … ${rest} more`] : []),
  ].join('\n')
}

// Who else there is, MAINTAINERS says.
const mostOwners = 4

/** `EXT4 FILE SYSTEM: Theodore Ts'o <tytso@mit.edu>, …`. */
export function renderOwners({ subsystem, maintainers, lists }: Owners): string {
  const people = maintainers.length > 0 ? maintainers : lists
  const more = people.length > mostOwners ? ` and ${people.length - mostOwners} more` : ''
  return people.length === 0 ? subsystem : `${subsystem}: ${people.slice(0, mostOwners).join(', ')}${more}`
}

/** The trace without what stands before the function to blame: reporting, locking, allocation. */
export function traceFromBlame({ trace, function: name }: KernelReport): readonly ReportFrame[] {
  let at = trace.findIndex((frame) => frame.function === name)
  if (at < 0) return trace
  // A call that a module inlines of a header serves others, and is where it happened.
  while (trace[at - 1]?.inlined === true && trace[at - 1]?.module !== undefined) at -= 1
  return trace.slice(at)
}

/** `foo+0x12 [module] (fs/x.c:30) [inlined]`. */
export function renderFrame(frame: ReportFrame): string {
  const offset = frame.offset === undefined ? '' : `+0x${frame.offset.toString(16)}`
  const place = frame.source === undefined ? '' : ` (${frame.source}:${frame.line ?? 0})`
  const module = frame.module === undefined ? '' : ` [${frame.module}]`
  return `${frame.function}${offset}${module}${place}${frame.inlined ? ' [inlined]' : ''}`
}

/** A report as JSON says it: every key is there, `null` for what the log does not tell. */
export function reportDocument(report: KernelReport): Readonly<Record<string, unknown>> {
  return {
    kind: report.kind,
    title: report.title,
    function: report.function ?? null,
    source: report.source ?? null,
    line: report.line ?? null,
    process: report.process ?? null,
    startLine: report.startLine,
    endLine: report.endLine,
    headline: report.headline,
    subsystem: report.owners?.subsystem ?? null,
    maintainers: report.owners?.maintainers ?? [],
    trace: report.trace.map((frame) => ({
      function: frame.function,
      offset: frame.offset ?? null,
      source: frame.source ?? null,
      line: frame.line ?? null,
      module: frame.module ?? null,
      inlined: frame.inlined,
    })),
  }
}
