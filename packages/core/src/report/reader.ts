import { createPrefixLearner, endsPrefix, isLoggers, kernelTextAt } from '../console/line-prefix.ts'
import { createCandidate } from './candidate.ts'
import { createCopies } from './copies.ts'
import { finish } from './finish.ts'
import type { Format } from './format.ts'
import { isQuoted, recognise } from './formats/index.ts'
import { mayBeginReport } from './prefilter.ts'
import { holdsControls, onlyMessage, onlyStripped, parsePlainMessages, plainParts, strippedMessages, type Message } from './message.ts'
import { parsePlainFrame } from './frame.ts'
import { feed, feedFrame, hasTrace, noteDetails, noteGroups, openReport, type OpenReport } from './open-report.ts'
import type { KernelFacts } from './evidence.ts'
import type { KernelReport } from './report.ts'
import { createRestartWatch, learnKernel } from './restart.ts'
import { endOf } from './sections.ts'

/** Reads a console line by line and tells each report when it is complete. */
export interface ReportReader {
  /** One line without its end; true when a report began with it. */
  read(line: string): boolean
  /** The same for a line in which `holdsControls` finds nothing, so that a caller with many lines looks once. */
  readPlain(line: string): boolean
  /** Lines that were skipped because they hold no report: only counted. Allowed while `isIdle`. */
  skip(lines: number): void
  /** No report is open: lines without a word of `mayBeginReport` tell nothing. */
  isIdle(): boolean
  /** Reports that have begun and not ended, as far as they have been printed. */
  unfinished(): readonly KernelReport[]
  /** The log has ended, and with it every open report. */
  end(): void
}

// Interleaved output of other processors and of user space between two lines of one report.
const mostStrangers = 80
// "cut here" to the line that says what it is.
const mostLinesBeforeHeader = 12
// printk cuts its messages at 2048 bytes (PRINTK_MESSAGE_MAX); what is longer comes from a program.
const longestMessage = 2048
// What the kernel tells of other tasks in passing.
const asides: readonly string[] = ['oom', 'page-allocation-failure', 'userspace-crash']
// Reports at the same time: one per processor at most, more are one report in pieces.
const mostOpen = 4

export function createReportReader(onReport: (report: KernelReport) => void): ReportReader {
  let line = 0
  const open: OpenReport[] = []
  /** Where each caller has printed "cut here", and the last one of all. */
  const cuts = new Map<string, number>()
  let cutLine: number | undefined
  let kernel: KernelFacts = {}
  /** Two consoles write to one place (console=tty0 on a screen that is logged): each line is there twice. A report that begins so shows it. */
  let lastPart = ''
  let isSecond = false
  let isDoubled = false
  const prefixes = createPrefixLearner()
  const candidate = createCandidate()
  const copies = createCopies()
  const restart = createRestartWatch()

  const settle = (): void => {
    // In the order in which they began.
    while (open[0]?.state === 'closed') {
      emit(open.shift())
    }
  }
  const emit = (report: OpenReport | undefined): void => {
    if (report === undefined || report.isCopy) return
    if (report.format.needsTrace === true && !hasTrace(report)) return
    onReport(finish(report))
  }
  const begin = (
    format: Format,
    groups: OpenReport['groups'],
    message: Message,
    place: { readonly at: number; readonly isCopy: boolean },
  ): boolean => {
    const { at, isCopy } = place
    const cut = cuts.get(message.caller ?? '')
    const startLine = cut !== undefined && cut <= at && at - cut <= mostLinesBeforeHeader ? cut : at
    cuts.delete(message.caller ?? '')
    if (cut === cutLine) cutLine = undefined
    const report = openReport(format, { groups, message, line: at, startLine, kernel, isCopy })
    noteDetails(report, message.text)
    if (format.oneLine === true) report.state = 'closed'
    open.push(report)
    candidate.forget()
    if (open.length > mostOpen) {
      const living = open.filter(({ state }) => state === 'open')
      if (living[0] !== undefined && living.length > mostOpen) living[0].state = 'closed'
    }
    return !report.isCopy
  }
  const learn = (text: string): void => {
    const learnt = learnKernel(kernel, text)
    if (learnt === kernel) return
    // Reports that a restart cut off are of the kernel before.
    for (const report of open) if (learnt.banner === kernel.banner) report.kernel = learnt
    kernel = learnt
  }
  const noteCut = ({ caller = '' }: Message): void => {
    cutLine = line
    if (cuts.size > mostOpen) cuts.clear()
    cuts.set(caller, line)
  }
  const beginAgain = (banner: Message, at: number): boolean => {
    const found = recognise(banner.text)
    copies.forget()
    return found !== undefined && takeHeader(found.format, found.groups, banner, at)
  }
  const readMessage = (message: Message, part: string): boolean => {
    const text = message.text.length > longestMessage ? message.text.slice(0, longestMessage) : message.text
    const frame = open.length === 0 ? undefined : parsePlainFrame(text)
    if (frame !== undefined) {
      for (const report of ownersOf(message)) feedFrame(report, frame, line)
      return false
    }
    learn(text)
    const again = restart.read(message, line)
    if (again === 'now') return beginAgain({ ...message, text }, line)
    const isNew = again !== undefined && beginAgain(again.banner, again.line)
    // The state of all tasks is asked for: what follows is not a part of a report.
    if (text.startsWith('sysrq: ')) for (const report of open) report.state = 'closed'
    if (/^(?:-+\[|8<-+) cut here/.test(text)) noteCut(message)
    // "---[ end Kernel panic - not syncing: …" begins nothing.
    const holdsWord = mayBeginReport(text)
    const found = holdsWord && endOf(text) === undefined ? recognise(text) : undefined
    const isDetail = found?.format.detail === true && ownersOf(message).length > 0
    const header = found?.format.kind === 'unexpected-reboot' || isDetail ? undefined : found
    if (header !== undefined) {
      if (header.index > 0 && learnPrefix(message, part, text.length - header.index)) return readPart(part) || isNew
      return takeHeader(header.format, header.groups, { ...message, text }) || isNew
    }
    const owners = ownersOf(message)
    let isPart = false
    for (const report of owners) isPart = feed(report, text, line) || isPart
    if (!isPart && (holdsWord || open.length > 0 || cutLine !== undefined) && learnPrefix(message, part)) return readPart(part) || isNew
    for (const report of open) if (report.strangers > mostStrangers) report.state = 'closed'
    if (holdsWord && open.length === 0 && message.source < 2)
      candidate.note(part, { line, from: message.source === 0 ? part.length - message.text.length : 0 }, recognise)
    return isNew
  }
  /** Learns what is before the message that only the kernel prints, or before the last `length` characters; true when the line reads otherwise now. */
  const learnPrefix = (message: Message, part: string, length?: number): boolean => {
    if (message.source > 1 || part.length > longestMessage) return false
    const evident = kernelTextAt(part)
    const at = evident >= 0 ? evident : length === undefined ? -1 : part.length - length
    // The stamp of the kernel in front is known anyway.
    const from = part.length - message.text.length
    if (at <= from || !part.endsWith(message.text) || isQuoted(part, at)) return false
    // A subsystem names itself before what it complains of.
    const prefix = part.slice(message.source === 0 ? from : 0, at)
    if (!(evident >= 0 ? endsPrefix(prefix) : isLoggers(prefix))) return false
    if (!prefixes.learn(part, at)) return false
    replay(candidate.release(part))
    return true
  }
  const replay = (earlier: readonly { readonly part: string; readonly line: number }[]): void => {
    const now = line
    for (const kept of earlier) {
      line = kept.line
      readPart(kept.part)
    }
    line = now
  }
  /** True when it begins a report; false when it is one more line of an open one. */
  const takeHeader = (format: Format, groups: OpenReport['groups'], message: Message, at = line): boolean => {
    const mine = open.filter((report) => isLater(report) && report.state === 'open' && sharesCaller(report, message))
    const last = mine.at(-1)
    if (last?.format.leads === true && format.leads !== true && !hasTrace(last) && !asides.includes(format.kind)) {
      rename(last, { format, groups, text: message.text })
      return false
    }
    if (last !== undefined && continues(last, format, message)) {
      adopt(last, format, groups, message)
      return false
    }
    const copy = copies.begins(message, at)
    if (copy === 'logger') return false
    if (copy === 'ring-buffer' && isSecond) {
      isDoubled = true
      return false
    }
    const place = { at, isCopy: copy !== undefined }
    // Memory ran out somewhere else while a trace was printed, and no caller tells the two apart: the trace stays where it was.
    const isBetween = asides.includes(format.kind) && message.caller === undefined && last !== undefined && hasTrace(last)
    if (isBetween || (format.oneLine === true && format.kind !== 'unexpected-reboot')) {
      return begin({ ...format, oneLine: true }, groups, message, place)
    }
    for (const report of format.kind === 'unexpected-reboot' ? open : mine) {
      // A panic that a report causes prints the trace of that report.
      const isCause = format.kind === 'panic' && report.format.kind !== 'panic' && !hasTrace(report)
      if (!isCause) report.state = 'closed'
    }
    return begin(format, groups, message, place)
  }
  /** The line that says what happened, after one that only led to it. */
  const rename = (
    report: OpenReport,
    { format, groups, text }: Pick<OpenReport, 'format' | 'groups'> & { readonly text: string },
  ): void => {
    report.format = format
    report.endLine = line
    report.strangers = 0
    for (const [name, value] of Object.entries(groups)) if (value !== undefined) report.groups[name] = value
    noteDetails(report, text)
  }
  const adopt = (report: OpenReport, format: Format, groups: OpenReport['groups'], message: Message): void => {
    if (!report.isCopy) copies.note(message, line)
    report.endLine = line
    report.strangers = 0
    // A line that may be harmless makes nothing harmless of the crash that follows it.
    if (report.format.kind === 'other' && format.kind !== 'other') report.format = { ...report.format, kind: format.kind }
    // An Oops: line names no kind of its own, a WARNING names the function.
    if (format.kind !== 'oops') noteGroups(report, groups)
    noteDetails(report, message.text)
  }
  /** A line that is read again may be one before the report. */
  const isLater = (report: OpenReport): boolean => report.startLine <= line
  const ownersOf = (message: Message): readonly OpenReport[] => {
    const [only] = open
    if (only === undefined) return open
    if (open.length === 1) return only.state === 'open' && isLater(only) && sharesCaller(only, message) ? open : []
    const living = open.filter((report) => report.state === 'open' && isLater(report))
    const mine = living.filter((report) => sharesCaller(report, message))
    // A panic and the report that caused it share the trace; else the newest of them owns the line.
    const newest = mine.at(-1)
    return newest?.format.kind === 'panic' ? mine : newest === undefined ? [] : [newest]
  }
  const readPart = (part: string): boolean => {
    const stripped = prefixes.isEmpty() ? undefined : prefixes.strip(part)
    const only = stripped === undefined ? onlyMessage(part) : onlyStripped(stripped)
    if (only !== undefined && !copies.isPart(only)) return readMessage(only, part)
    const messages = stripped === undefined ? parsePlainMessages(part) : strippedMessages(stripped)
    let isNew = false
    for (const message of messages) if (!copies.isPart(message) || mayBeginReport(message.text)) isNew = readMessage(message, part) || isNew
    return isNew
  }
  const readOrConfirm = (part: string): boolean => {
    isSecond = part === lastPart
    lastPart = part
    if (open.length === 0) isDoubled = false
    if (isSecond && isDoubled) return false
    if (candidate.confirms(part, line) && prefixes.learn(...candidate.prefix())) replay(candidate.release(part))
    return readPart(part)
  }
  const readPlain = (raw: string): boolean => {
    line += 1
    const isNew = readOrConfirm(raw)
    settle()
    return isNew
  }
  const readControls = (raw: string): boolean => {
    line += 1
    let isNew = false
    for (const part of plainParts(raw)) isNew = readOrConfirm(part) || isNew
    settle()
    return isNew
  }
  return {
    read: (raw) => (holdsControls(raw) ? readControls(raw) : readPlain(raw)),
    readPlain,
    skip: (lines) => {
      line += lines
    },
    isIdle: () =>
      open.length === 0 &&
      (cutLine === undefined || line - cutLine > mostLinesBeforeHeader) &&
      !restart.isWaiting() &&
      !candidate.isWaiting(line),
    unfinished: () => open.filter((report) => !report.isCopy && (report.format.needsTrace !== true || hasTrace(report))).map(finish),
    end: () => {
      const again = restart.end()
      if (again !== undefined) beginAgain(again.banner, again.line)
      for (const report of open) report.state = 'closed'
      settle()
    },
  }
}

function sharesCaller(report: OpenReport, message: Message): boolean {
  return report.format.anyCaller === true || report.caller === undefined || message.caller === undefined || report.caller === message.caller
}

function continues(report: OpenReport, format: Format, message: Message): boolean {
  if (report.format === format && isRepetition(report, message)) return true
  if (format.kind === 'filesystem' && report.format.kind === 'filesystem')
    return format.first.exec(message.text)?.groups?.['device'] === report.groups['device']
  if (hasTrace(report)) return false
  return format.continues?.includes(report.format.kind) === true
}

/** Decoders print a first line once for each inlined call. */
function isRepetition(report: OpenReport, message: Message): boolean {
  const stem = / in | at /.exec(report.headline)
  return stem !== null && report.headline.includes('[inline]') && message.text.trim().startsWith(report.headline.slice(0, stem.index))
}
