import { createReportReader, type KernelReport } from '../report/index.ts'

export type { KernelReport } from '../report/index.ts'

/** What the console has told so far. */
export interface ConsoleFacts {
  readonly lines: number
  /** In the order in which they began; the last ones may still be growing. */
  readonly reports: readonly KernelReport[]
  /** Text behind "Kernel panic - not syncing: ". */
  readonly panic: string | undefined
  /** The machine was told to power off and cannot: QEMU would run for ever. */
  readonly halted: boolean
  readonly release: string | undefined
}

export interface ConsoleReader {
  /** One whole line; returns true when something new is known. */
  read(line: string): boolean
  facts(): ConsoleFacts
}

// A guest that warns in a loop fills the memory of nobody: the first ones tell.
const mostReports = 1000

/** Reads a console while it is written: the reports of `@kernelkit/core/report`, panic, halt, a second start. */
export function createConsoleReader(): ConsoleReader {
  let lines = 0
  let complete: readonly KernelReport[] = []
  let panic: string | undefined
  let halted = false
  let release: string | undefined
  let hasUserspace = false
  const keep = (report: KernelReport): void => {
    if (complete.length < mostReports) complete = [...complete, report]
  }
  const reader = createReportReader(keep)
  const read = (raw: string): boolean => {
    lines += 1
    const line = stripPrefix(raw)
    const banner = /^Linux version (\S+)/.exec(line)
    if (banner !== null && release === undefined) {
      release = banner[1]
      reader.skip(1)
      return true
    }
    if (/^Run \S+ as init process/.test(line)) hasUserspace = true
    if (/^reboot: (?:Power off not available: )?System halted/.test(line)) halted = true
    // A preferred console that is not ours (--append console=tty0) makes the kernel print its log once more when ttyS0 is registered,
    // before its first process; QEMU itself ends when a kernel starts again so early (-no-reboot).
    if (banner !== null && hasUserspace) {
      reader.end()
      keep(restart(raw, lines))
    }
    const before = panic
    panic ??= /Kernel panic - not syncing: (.*)/.exec(line)?.[1]
    const isNew = reader.read(raw)
    return isNew || halted || panic !== before || banner !== null
  }
  return { read, facts: () => ({ lines, reports: [...complete, ...reader.unfinished()], panic, halted, release }) }
}

/** Time stamp, caller (`[ T12]`) and level in front of a message; indentation behind them stays. */
export function stripPrefix(line: string): string {
  return line.replace(/^(?:<\d+>)?(?:\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? )?/, '')
}

function restart(headline: string, line: number): KernelReport {
  return {
    kind: 'unexpected-reboot',
    title: 'the kernel started again',
    function: undefined,
    source: undefined,
    line: undefined,
    process: undefined,
    startLine: line,
    endLine: line,
    headline,
    trace: [],
  }
}
