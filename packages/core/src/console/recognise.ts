import type { ReportKind } from './kinds.ts'
import { reportPatterns } from './patterns.ts'

/** One report of the kernel, as far as its own lines tell without a vmlinux. */
export interface KernelReport {
  readonly kind: ReportKind
  readonly title: string
  readonly function: string | undefined
  readonly source: string | undefined
  readonly line: number | undefined
  /** Numbers of the first and the last line on the console, from 1. */
  readonly startLine: number
  readonly endLine: number
}

/** What the console has told so far. */
export interface ConsoleFacts {
  readonly lines: number
  readonly reports: readonly KernelReport[]
  /** Text behind "Kernel panic - not syncing: ". */
  readonly panic: string | undefined
  /** The machine was told to power off and cannot: QEMU would run for ever. */
  readonly halted: boolean
  readonly release: string | undefined
}

export interface ConsoleReader {
  /** One whole line; returns true when the facts changed. */
  read(line: string): boolean
  facts(): ConsoleFacts
}

// A report without its end mark is over after so many lines.
const longestReport = 200

/** Recognises reports while lines come. The first report of a pile-up counts; what an oops prints on its way down belongs to it. */
export function createConsoleReader(): ConsoleReader {
  let lines = 0
  let reports: readonly KernelReport[] = []
  let panic: string | undefined
  let halted = false
  let release: string | undefined
  let hasUserspace = false
  let openUntil = 0
  const amendLast = (change: Partial<KernelReport>): void => {
    const last = reports.at(-1)
    if (last !== undefined) reports = [...reports.slice(0, -1), { ...last, ...change }]
  }
  const read = (raw: string): boolean => {
    lines += 1
    const line = stripPrefix(raw)
    const banner = /^Linux version (\S+)/.exec(line)
    if (banner !== null && release === undefined) {
      release = banner[1]
      return true
    }
    // A preferred console that is not ours (--append console=tty0) makes the kernel print its log once more when ttyS0 is registered,
    // before its first process; QEMU itself ends when a kernel starts again so early (-no-reboot).
    if (banner !== null && !hasUserspace) return false
    if (/^Run \S+ as init process/.test(line)) hasUserspace = true
    if (/^reboot: (?:Power off not available: )?System halted/.test(line)) halted = true
    const found = banner !== null ? { kind: 'unexpected-reboot' as const, title: 'the kernel started again' } : recognise(line)
    if (lines <= openUntil) {
      const last = reports.at(-1)
      if (last !== undefined && last.function === undefined) amendLast({ function: ripFunction(line) })
      amendLast({ endLine: lines })
      if (isEnd(line)) openUntil = 0
    }
    if (found === undefined) return halted
    if (found.kind === 'panic') panic ??= found.title.replace(panicPrefix, '')
    // An "Oops:" line, a user-space RIP or a second header inside an open report is a part of it.
    if (lines <= openUntil && found.kind !== 'panic') {
      amendLast({ endLine: lines })
      return true
    }
    reports = [...reports, { function: undefined, source: undefined, line: undefined, ...found, startLine: lines, endLine: lines }]
    openUntil = isOneLine(found.kind) ? 0 : lines + longestReport
    return true
  }
  return { read, facts: () => ({ lines, reports, panic, halted, release }) }
}

const panicPrefix = 'Kernel panic - not syncing: '

/** Time stamp, caller (`[ T12]`) and level in front of a message; indentation behind them stays. */
export function stripPrefix(line: string): string {
  return line.replace(/^(?:<\d+>)?(?:\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? )?/, '')
}

type Found = Pick<KernelReport, 'kind' | 'title'> & Partial<Pick<KernelReport, 'function' | 'source' | 'line'>>

function recognise(line: string): Found | undefined {
  for (const [kind, pattern] of reportPatterns) {
    const groups = pattern.exec(line)?.groups
    if (groups === undefined) continue
    return {
      kind,
      title: (groups['title'] ?? line).trim(),
      ...(groups['function'] === undefined ? {} : { function: groups['function'] }),
      ...(groups['source'] === undefined ? {} : { source: groups['source'] }),
      ...(groups['line'] === undefined ? {} : { line: Number(groups['line']) }),
    }
  }
  return undefined
}

/** The kernel's own instruction pointer; `RIP: 0033:` is user space. */
function ripFunction(line: string): string | undefined {
  return /^(?:RIP: 0010:|EIP: )(?:0x[0-9a-f]+:)?([A-Za-z_][\w.]*)\+0x/.exec(line)?.[1]
}

function isEnd(line: string): boolean {
  return /^---\[ end (?:trace|Kernel panic)|^ *<\/TASK>|^={30,}$/.test(line)
}

function isOneLine(kind: ReportKind): boolean {
  return kind === 'userspace-crash' || kind === 'unexpected-reboot' || kind === 'leak' || kind === 'panic'
}
