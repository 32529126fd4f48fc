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
  const keep = (report: KernelReport): void => {
    if (complete.length < mostReports) complete = [...complete, report]
  }
  const reader = createReportReader(keep)
  const read = (raw: string): boolean => {
    lines += 1
    const line = stripPrefix(raw)
    const isFirst = release === undefined
    release ??= /^Linux version (\S+)/.exec(line)?.[1]
    if (/^reboot: (?:Power off not available: )?System halted/.test(line)) halted = true
    const before = panic
    panic ??= /^Kernel panic - not syncing: (.*)/.exec(line)?.[1]
    const isNew = reader.read(raw)
    return isNew || halted || panic !== before || (isFirst && release !== undefined)
  }
  return { read, facts: () => ({ lines, reports: [...complete, ...reader.unfinished()], panic, halted, release }) }
}

/** Time stamp, caller (`[ T12]`) and level in front of a message; indentation behind them stays. */
export function stripPrefix(line: string): string {
  return line.replace(/^(?:<\d+>)?(?:\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? )?/, '')
}
