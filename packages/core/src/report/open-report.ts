import type { ReportKind } from '../console/kinds.ts'
import type { KernelFacts } from './evidence.ts'
import { groupFinder, type Format } from './format.ts'
import { isNameless, parseCaller, parseFrame, parseLinkRegister, parseLockSite, parseProgramCounter, type FoundFrame } from './frame.ts'
import type { Message } from './message.ts'
import { endOf, headingOf, isMaterial, type Heading } from './sections.ts'

/** A report whose end has not come yet. Changed in place: it is fed line by line and never leaves this directory. */
export interface OpenReport {
  format: Format
  readonly caller: string | undefined
  readonly headline: string
  /** The kernel that prints it, as far as it has told. */
  kernel: KernelFacts
  readonly startLine: number
  endLine: number
  /** Groups of the first line and of those that continue it. */
  readonly groups: Record<string, string | undefined>
  /** Frames of the first lines themselves: decoders repeat them for inlined code. */
  readonly header: FoundFrame[]
  /** Stacks of the report in the order printed. */
  readonly stacks: FoundFrame[][]
  readonly locks: FoundFrame[]
  /** What the next frames belong to. */
  section: Heading
  /** Where an interrupt took the lock. */
  readonly interrupted: FoundFrame[]
  /** The next frame is where the lock was released. */
  awaitsLock: boolean
  frames: number
  /** Frames that are only addresses found on the stack. */
  guesses: number
  /** Frames at the start of the current stack that say where the processor stood. */
  counters: number
  /** Headings of stacks so far. */
  headings: number
  /** The caller that the last line of an ARM trace named. */
  caller32: FoundFrame | undefined
  /** Lines since the last one that was part of it. */
  strangers: number
  state: 'open' | 'closed'
  /** The log holds it already. */
  readonly isCopy: boolean
}

// A recursion fills a stack of 32 KiB with some 500 frames; a report with hundreds of NMI backtraces keeps its first ones.
const mostFrames = 600
const mostGuesses = 200
const mostLocks = 16

export function openReport(
  format: Format,
  found: {
    readonly groups: Readonly<Record<string, string | undefined>>
    readonly message: Message
    readonly line: number
    readonly startLine: number
    readonly kernel: KernelFacts
    readonly isCopy: boolean
  },
): OpenReport {
  return {
    format,
    caller: found.message.caller,
    headline: found.message.text.trim(),
    startLine: found.startLine,
    kernel: found.kernel,
    endLine: found.line,
    groups: found.message.text.includes('[inline]') ? { ...found.groups, inlined: 'yes' } : { ...found.groups },
    header: [],
    stacks: [[]],
    locks: [],
    section: 'trace',
    interrupted: [],
    awaitsLock: false,
    frames: 0,
    guesses: 0,
    counters: 0,
    headings: 0,
    caller32: undefined,
    strangers: 0,
    state: 'open',
    isCopy: found.isCopy,
  }
}

/** Whether the report has a stack of calls, more than the place where the processor stood. */
export function hasTrace(report: OpenReport): boolean {
  return report.frames > 1
}

/** Gives a report one of its frames. */
export function feedFrame(report: OpenReport, frame: FoundFrame, line: number): void {
  report.endLine = line
  report.strangers = 0
  takeFrame(report, frame, false)
}

/** Gives a report one of its lines; false: the line is not one of a report's. */
export function feed(report: OpenReport, text: string, line: number): boolean {
  // Blank lines belong to anything: they neither are a part nor count as foreign.
  if (text.trim() === '') return true
  const end = endOf(text)
  const isPart = end === 'end' || take(report, text)
  if (isPart) {
    report.endLine = line
    report.strangers = 0
  } else report.strangers += 1
  if (end === 'end' || (end === 'task' && report.format.endsAfterTrace === true)) report.state = 'closed'
  if (end === 'rule' && (report.stacks[0]?.length ?? 0) > 0 && /^k[am]san|kcsan|kfence|ubsan/.test(report.format.kind))
    report.state = 'closed'
  return isPart
}

function take(report: OpenReport, text: string): boolean {
  const site = text.includes('at: ') ? parseLockSite(text) : undefined
  if (site !== undefined) {
    // "#0: … at:" lists what a task holds: told already, unless nothing else is.
    if (report.locks.length < mostLocks && (report.locks.length === 0 || !/^\s*#\d+:/.test(text))) report.locks.push(site)
    return true
  }
  if (text.includes(') at:') && /\) at:\s*$/.test(text)) {
    report.awaitsLock = true
    return true
  }
  const heading = headingOf(text, report.section)
  if (heading !== undefined) {
    endArmTrace(report)
    report.section = heading
    noteDetails(report, text)
    if (heading === 'trace') beginStack(report)
    return true
  }
  const counter = parseProgramCounter(text)
  const jumper = counter === undefined && isNowhere(report) ? parseLinkRegister(text) : undefined
  if (jumper !== undefined) {
    report.stacks.at(-1)?.push(jumper)
    report.counters += 1
    return true
  }
  const frame = counter ?? parseFrame(text)
  if (frame === undefined) {
    noteDetails(report, text)
    return isMaterial(text)
  }
  // ARM names the caller on each line and again as the function of the next one, unless a message came between them.
  const missing = report.caller32
  report.caller32 = counter === undefined && text.includes(' from ') ? parseCaller(text) : undefined
  if (missing !== undefined && missing.function !== frame.function && counter === undefined) takeFrame(report, missing, false)
  takeFrame(report, frame, counter !== undefined)
  return true
}

/** Whether the CPU stood where no function is. */
function isNowhere({ stacks, counters }: OpenReport): boolean {
  const stack = stacks.at(-1) ?? []
  return stack.length > 0 && stack.length === counters && stack.every((frame) => isNameless(frame))
}

function endArmTrace(report: OpenReport): void {
  const last = report.caller32
  report.caller32 = undefined
  if (last !== undefined) takeFrame(report, last, false)
}

function takeFrame(report: OpenReport, frame: FoundFrame, isCounter: boolean): void {
  if (report.awaitsLock) {
    report.awaitsLock = false
    report.locks.push(frame)
  } else push(report, frame, isCounter)
}

// Kinds whose stacks have a heading each.
const headed: readonly ReportKind[] = ['kasan', 'ubsan', 'warning', 'refcount', 'null-deref', 'oops', 'gpf']

/** Frames before the first heading are the end of another trace. */
function dropStray(report: OpenReport): void {
  const stack = report.stacks.at(-1)
  if (stack === undefined || report.counters > 0) return
  stack.length = 0
  report.frames = 0
}

/** "CPU: … RIP: foo … Call Trace:" is one stack: where the processor stood and how it came there. */
function beginStack(report: OpenReport): void {
  report.headings += 1
  if (report.headings === 1 && headed.includes(report.format.kind)) dropStray(report)
  if ((report.stacks.at(-1)?.length ?? 0) <= report.counters) return
  report.counters = 0
  report.stacks.push([])
}

function push(report: OpenReport, frame: FoundFrame, isCounter: boolean): void {
  if (report.section === 'elsewhere' || report.section === 'own-thread') return
  if (report.section === 'interrupted') {
    if (report.interrupted.length < mostLocks) report.interrupted.push(frame)
    return
  }
  const stack = report.stacks.at(-1)
  if (stack === undefined) return
  // x86 prints RIP once more below the trace; "IP:" and "RIP:" are the same.
  if (isCounter && stack.some((known) => isSame(known, frame))) return
  // ARM names the function that PC has named again, without its offset.
  if (!isCounter && frame.offset === undefined && stack.length === report.counters && stack.at(-1)?.function === frame.function) return
  // Traces of ARM, arm64 and riscv begin with the function that PC has named, then the link register.
  const repeated = isCounter || stack.length !== report.counters ? undefined : stack.find((known) => isSame(known, frame))
  if (isCounter) {
    if (stack.length === report.counters) report.counters += 1
  } else if (frame.reliable) report.frames += 1
  else report.guesses += 1
  if (repeated !== undefined && stack.some((known) => isNameless(known))) return
  if (repeated !== undefined) stack.length = 0
  if (frame.reliable ? report.frames <= mostFrames : report.guesses <= mostGuesses)
    stack.push(repeated === undefined ? frame : { ...frame, exact: true })
}

function isSame(a: FoundFrame, b: FoundFrame): boolean {
  return a.function === b.function && a.offset === b.offset && a.source === b.source
}

const mayHoldDetails =
  /Read |Write |by task |[Cc]omm: |\/\d+ [ij[]|comm "|name: |last function: |caller is |Process |Workqueue: |WARNING: |\[#\d/
/** Each with a word that the line has: few lines have one, and looking for it costs little. */
const details: readonly (readonly [word: string, RegExp])[] = [
  [' of size', /(?:^|: )(?<access>Read|Write) of size/],
  [' at addr', /(?:^|: )(?<access>Read|Write) at addr/],
  ['by task ', /by task (?<process>.{0,100})\/\d+(?:\s*$| on cpu|,)/],
  // Distributions put words of their own between the name and the taint (Kdump: loaded).
  [' Comm: ', /^CPU: \d+ (?:UID: \d+ )?PID: \d+ Comm: (?<process>.{1,100}?) (?:Kdump: \w+ )?(?:Not tainted|Tainted)/],
  // Kernels before 3.10, and ARM's line of its own.
  [', comm: ', /^Pid: \d+, comm: {1,16}(?<process>\S.{0,20}?) (?:Not tainted|Tainted)/],
  ['Process ', /^Process (?<process>\S.{0,20}?) \(pid: \d+/],
  ['/', /^(?<process>.{1,100})\/\d+ (?:is trying to|just changed|is freeing|is leaving|\[HC)/],
  ['comm "', /comm "(?<process>[^"]*)", pid/],
  ['in_atomic', /^in_atomic\(\): .{0,200}, name: (?<process>.{1,100})/],
  ['last function: ', /last function: (?<lastFunction>[A-Za-z_][\w.]*)/],
  ['caller is ', /^caller is (?<caller>[A-Za-z_][\w.]*)\+0x/],
  // What taints the kernel: __warn() and die(), whatever the report is about.
  ['WARNING: ', /^(?<warned>WARNING): (?:CPU: \d|at |\S+:\d|\[.{1,400}\] \S+:\d)/],
  ['[#', /\[#(?<died>\d+)\]/],
  ['Workqueue: ', /^Workqueue: (?<workqueue>\S.*?) (?<work>[A-Za-z_][\w.]*)(?: \[\w+\])?$/],
]

const detailFinders = details.map(([word, detail]) => [word, groupFinder(detail)] as const)

// kernel/irq/spurious.c: "[<address>] name [module] threaded [<address>] name".
const handler = /^\[<[0-9a-f]+>\] (?<handler>[A-Za-z_][\w.]*)(?: \[\w+\])?(?: threaded|\s*$)/

/** Process, kind of access and whatever else a title uses, from the lines below the first. */
export function noteDetails(report: OpenReport, text: string): void {
  if (report.format.blame === 'handler' && text.startsWith('[<')) noteGroups(report, handler.exec(text)?.groups)
  if (!mayHoldDetails.test(text)) return
  for (const [word, find] of detailFinders) if (text.includes(word)) noteGroups(report, find(text)?.groups)
}

/** What an earlier line said counts. */
export function noteGroups(report: OpenReport, groups: Readonly<Record<string, string | undefined>> | undefined): void {
  if (groups === undefined) return
  for (const name in groups) report.groups[name] ??= groups[name]
}
