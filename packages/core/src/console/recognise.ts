import { readLacking, type FailedMessage } from '../agent/messages.ts'
import { createReportReader } from '../report/reader.ts'
import type { KernelReport } from '../report/report.ts'

export type { KernelReport } from '../report/index.ts'

/** What the console has shown so far. */
export interface ConsoleFacts {
  readonly lines: number
  /** In the order in which they began; the last ones may still be growing. */
  readonly reports: readonly KernelReport[]
  /** Text after "Kernel panic - not syncing: ". */
  readonly panic: string | undefined
  /** The machine halted because it cannot power off: QEMU would run for ever. */
  readonly halted: boolean
  /** The kernel printed that it restarts or powers off. */
  readonly saidGoodbye: boolean
  /** The last line of a panic has come. */
  readonly panicIsComplete: boolean
  /** A report has begun and not ended. */
  readonly isReporting: boolean
  /** The agent printed on the console that the command has ended: everything that the kernel printed before is above that line. */
  readonly commandEnded: boolean
  /** The statuses that such lines have, each once: the agent's, and what another program of root wrote. */
  readonly commandStatuses: readonly number[]
  /** The agent printed that it cannot prepare the guest, because it has no channel to say so. */
  readonly agentFailure: Pick<FailedMessage, 'message' | 'lacking'> | undefined
  /** The kernel gave up the timers of its CPUs' APICs: a machine without another timer hangs. */
  readonly apicTimerLost: boolean
  /** The last of the dumps that were asked for has ended. */
  readonly dumped: boolean
  readonly release: string | undefined
  /** Reports that are not among `reports`, because there are very many, and are not like any of those either. */
  readonly omitted: number
}

export interface ConsoleReader {
  /** One whole line; returns true when something new is known. */
  read(line: string): boolean
  facts(): ConsoleFacts
}

// packages/vm/agent/session-exit.c
const commandEndedMark = 'kernelkit: command ended'
// packages/vm/agent/init.c, say_failure()
const agentFailedMark = /^kernelkit: failed(?:, the kernel lacks ([a-z0-9,-]{1,128}))?: (.{1,1000})/
// What sysrq prints for a letter that it does not know; such a letter is the last of each dump.
const dumpEndMark = 'sysrq: HELP'

// arch/x86/kernel/apic/apic.c, calibrate_APIC_clock()
const apicTimerLostMark = /^APIC (?:frequency too slow, disabling apic timer|timer disabled due to verification failure)/

// A guest that warns in a loop must not fill our memory: of each defect the first reports say enough.
const mostReports = 1000
const mostWithOthers = 2000

/** Reads a console while it is written: the reports of `@kernelkit/core/report`, panic, halt, a second start. */
export function createConsoleReader(): ConsoleReader {
  let lines = 0
  let complete: readonly KernelReport[] = []
  let panic: string | undefined
  let halted = false
  let saidGoodbye = false
  let panicIsComplete = false
  let commandEnded = false
  const commandStatuses = new Set<number>()
  let dumped = false
  let apicTimerLost = false
  let release: string | undefined
  let agentFailure: ConsoleFacts['agentFailure']
  let omitted = 0
  const kept = new Set<string>()
  const keep = (report: KernelReport): void => {
    const key = defectOf(report)
    if (complete.length >= mostReports && kept.has(key) && report.kind !== 'unexpected-reboot') return
    if (complete.length >= mostWithOthers) {
      omitted += 1
      return
    }
    kept.add(key)
    complete = [...complete, report]
  }
  const reader = createReportReader(keep)
  const read = (raw: string): boolean => {
    lines += 1
    const line = stripPrefix(raw)
    const isFirst = release === undefined
    release ??= /^Linux version (\S+)/.exec(line)?.[1]
    if (/^reboot: (?:Power off not available: )?System halted/.test(line)) halted = true
    if (/^(?:reboot: (?:Restarting|Power down|machine restart)|sysrq: (?:Resetting|Power Off))/.test(line)) saidGoodbye = true
    if (line.startsWith('---[ end Kernel panic')) panicIsComplete = true
    if (line.startsWith(commandEndedMark)) {
      commandEnded = true
      commandStatuses.add(Number(/ with (\d{1,3})$/.exec(line)?.[1] ?? 0))
    }
    if (line.startsWith(dumpEndMark)) dumped = true
    const [, lacking = '', failure] = agentFailedMark.exec(line) ?? []
    const isFirstFailure = failure !== undefined && agentFailure === undefined
    if (isFirstFailure) agentFailure = { message: failure, lacking: readLacking(lacking) }
    const hadTimer = !apicTimerLost
    if (apicTimerLostMark.test(line)) apicTimerLost = true
    const before = panic
    panic ??= /^Kernel panic - not syncing: (.*)/.exec(line)?.[1]
    const isNew = reader.read(raw)
    return isNew || isFirstFailure || halted || panic !== before || (hadTimer && apicTimerLost) || (isFirst && release !== undefined)
  }
  const facts = (): ConsoleFacts => {
    const unfinished = reader.unfinished()
    const reports = [...complete, ...unfinished]
    return {
      lines,
      reports,
      panic,
      halted,
      saidGoodbye,
      panicIsComplete,
      isReporting: unfinished.length > 0,
      commandEnded,
      commandStatuses: [...commandStatuses],
      agentFailure,
      apicTimerLost,
      dumped,
      release,
      omitted,
    }
  }
  return { read, facts }
}

/** What reports of one defect have in common: all that --fail-on and --allow look at, but for numbers. */
function defectOf({ kind, title, headline }: KernelReport): string {
  return `${kind} ${title} ${headline.replaceAll(/\d+/g, '0')}`
}

/** Time stamp, caller (`[ T12]`) and level in front of a message; indentation after them stays. */
export function stripPrefix(line: string): string {
  return line.replace(/^(?:<\d+>)?(?:\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? )?/, '')
}
