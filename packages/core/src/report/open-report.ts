import type { Format } from './format.ts'
import { parseCaller, parseFrame, parseLockSite, parseProgramCounter, type FoundFrame } from './frame.ts'
import type { Message } from './message.ts'
import { endOf, headingOf, isMaterial } from './sections.ts'

/** A report whose end has not come yet. Changed in place: it is fed line by line and never leaves this folder. */
export interface OpenReport {
  readonly format: Format
  readonly caller: string | undefined
  readonly headline: string
  readonly startLine: number
  endLine: number
  /** Groups of the first line and of those that continue it. */
  groups: Readonly<Record<string, string | undefined>>
  /** Frames of the first lines themselves: decoders repeat them for inlined code. */
  readonly header: FoundFrame[]
  /** Stacks of the report in the order printed. */
  readonly stacks: FoundFrame[][]
  readonly locks: FoundFrame[]
  isElsewhere: boolean
  /** The next frame is where the lock was released. */
  awaitsLock: boolean
  frames: number
  /** Lines since the last one that was part of it. */
  strangers: number
  state: 'open' | 'closed'
}

// A deep recursion fills the stack with some 200 frames; a report with hundreds of NMI backtraces keeps its first ones.
const mostFrames = 400
const mostLocks = 16

export function openReport(
  format: Format,
  found: { readonly groups: Readonly<Record<string, string | undefined>>; readonly message: Message; readonly line: number; readonly startLine: number },
): OpenReport {
  return {
    format,
    caller: found.message.caller,
    headline: found.message.text.trim(),
    startLine: found.startLine,
    endLine: found.line,
    groups: found.groups,
    header: [],
    stacks: [[]],
    locks: [],
    isElsewhere: false,
    awaitsLock: false,
    frames: 0,
    strangers: 0,
    state: 'open',
  }
}

/** Whether the report has a stack of calls, more than the place where the processor stood. */
export function hasTrace(report: OpenReport): boolean {
  return report.stacks.some((stack) => stack.length > 1)
}

/** Gives a report one of its lines; false: the line is not one of a report's. */
export function feed(report: OpenReport, text: string, line: number): boolean {
  const isPart = take(report, text)
  if (isPart) {
    report.endLine = line
    report.strangers = 0
  } else report.strangers += 1
  const end = endOf(text)
  if (end === 'end' || (end === 'task' && report.format.endsAfterTrace === true)) report.state = 'closed'
  if (end === 'rule' && (report.stacks[0]?.length ?? 0) > 0 && /^k[am]san|kcsan|kfence|ubsan/.test(report.format.kind)) report.state = 'closed'
  return isPart
}

function take(report: OpenReport, text: string): boolean {
  const site = parseLockSite(text)
  if (site !== undefined) {
    if (report.locks.length < mostLocks) report.locks.push(site)
    return true
  }
  if (/\) at:\s*$/.test(text)) {
    report.awaitsLock = true
    return true
  }
  const heading = headingOf(text)
  if (heading !== undefined) {
    report.isElsewhere = heading === 'elsewhere'
    if (heading === 'trace') beginStack(report, text)
    return true
  }
  const counter = parseProgramCounter(text)
  const frame = counter ?? parseFrame(text)
  if (frame === undefined) {
    noteDetails(report, text)
    return isMaterial(text)
  }
  if (report.awaitsLock) {
    report.awaitsLock = false
    report.locks.push(frame)
    return true
  }
  push(report, frame)
  const caller = parseCaller(text)
  if (caller !== undefined) replaceCaller(report, caller)
  return true
}

function beginStack(report: OpenReport, text: string): void {
  const current = report.stacks.at(-1)
  if (current === undefined || current.length === 0) return
  // "CPU: … RIP: foo … Call Trace:" is one stack.
  if (/^\s*(?:Call [Tt]race|[Ss]tack backtrace|Backtrace)/.test(text) && !report.stacks.at(-1)?.some((frame) => frame.offset !== undefined && isDeep(report))) return
  report.stacks.push([])
}

function isDeep(report: OpenReport): boolean {
  return (report.stacks.at(-1)?.filter((frame) => !frame.inlined).length ?? 0) > 2
}

function push(report: OpenReport, frame: FoundFrame): void {
  if (report.isElsewhere || report.frames >= mostFrames) return
  report.frames += 1
  report.stacks.at(-1)?.push(frame)
}

/** On ARM each line names the caller too; the next line repeats it as its own function. */
function replaceCaller(report: OpenReport, caller: FoundFrame): void {
  report.groups = { ...report.groups, armCaller: caller.function }
}

const details: readonly RegExp[] = [
  /(?:^|: )(?<access>Read|Write) (?:of size|at addr)/,
  /by task (?<process>.*)\/\d+(?:$| on cpu|,)/,
  /^CPU: \d+ (?:UID: \d+ )?PID: \d+ Comm: (?<process>.+?) (?:Not tainted|Tainted)/,
  /^(?<process>.+)\/\d+ (?:is trying to|just changed|is freeing|is leaving|\[HC)/,
  /comm "(?<process>[^"]*)", pid/,
  /name: (?<process>.+)$/,
  /last function: (?<lastFunction>[A-Za-z_][\w.]*)/,
]

/** Process, kind of access and whatever else a title uses, from the lines below the first. */
export function noteDetails(report: OpenReport, text: string): void {
  for (const detail of details) {
    const groups = detail.exec(text)?.groups
    if (groups === undefined) continue
    report.groups = { ...groups, ...withoutAbsent(report.groups) }
    return
  }
}

function withoutAbsent(groups: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(groups).filter(([, value]) => value !== undefined))
}
