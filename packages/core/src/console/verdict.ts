import { lockupKinds, type ReportKind } from './kinds.ts'
import type { ConsoleFacts, KernelReport } from './recognise.ts'

/** How a run ended; docs/verdicts.md says what each means. */
export type Verdict =
  | 'pass'
  | 'fail'
  | 'vm-lost'
  | 'boot-fail'
  | 'panic'
  | 'splat'
  | 'hang'
  | 'timeout'
  | 'build-fail'
  | 'config-fail'
  | 'infra-fail'

/** What happened to one run, seen from outside. */
export interface RunFacts {
  readonly console: ConsoleFacts
  /** Reports that count, after --fail-on and --allow. */
  readonly failing: readonly KernelReport[]
  /** The agent served commands. */
  readonly ready: boolean
  /** The agent could not prepare the root. */
  readonly agentFailure: string | undefined
  readonly command: { readonly exitCode: number; readonly signal: number | undefined } | undefined
  /** Which limit was reached. */
  readonly limit: { readonly kind: 'command' | 'boot'; readonly ms: number } | undefined
  /** The agent did not answer for this long. */
  readonly silentMs: number | undefined
  readonly guestPanicked: boolean
  /** Reason of QMP's SHUTDOWN, such as guest-shutdown. */
  readonly shutdown: string | undefined
  readonly qemu: { readonly exitCode: number | undefined; readonly signal: string | undefined; readonly stderr: string } | undefined
}

/** A verdict with its reason. */
export interface Judgement {
  readonly verdict: Verdict
  /** 0 to 255; the command's own for `fail`. */
  readonly exitCode: number
  /** One sentence: what happened. */
  readonly what: string
  /** What to try next. */
  readonly hint: string | undefined
}

const statusOf: Readonly<Record<Exclude<Verdict, 'fail'>, number>> = {
  pass: 0,
  'vm-lost': 119,
  'boot-fail': 120,
  panic: 121,
  splat: 122,
  hang: 123,
  timeout: 124,
  'build-fail': 125,
  'config-fail': 125,
  'infra-fail': 125,
}

/** Exit status of a verdict; `simple` folds what the guest did wrong into 1. */
export function exitStatus(judgement: { readonly verdict: Verdict; readonly exitCode: number }, style: 'full' | 'simple'): number {
  if (style === 'full') return judgement.exitCode
  if (judgement.verdict === 'pass') return 0
  if (judgement.verdict === 'timeout') return 124
  return statusOf[judgement.verdict === 'fail' ? 'panic' : judgement.verdict] === 125 ? 125 : 1
}

/** The verdict: the first rule that fits. A panic outranks all, because everything after it is a consequence. */
export function judge(facts: RunFacts): Judgement {
  const panic = facts.console.panic
  if (panic !== undefined || facts.guestPanicked) {
    const first = facts.console.reports.find((report) => report.kind !== 'panic')
    const cause = first === undefined ? '' : ` First report: ${describe(first)}.`
    return verdict(
      'panic',
      `the kernel panicked: ${(panic ?? 'reported by pvpanic').replace(/\.$/, '')}.${cause}`,
      'the trace is in the console log.',
    )
  }
  if (facts.agentFailure !== undefined)
    return verdict('boot-fail', `the guest could not prepare its root: ${facts.agentFailure}.`, 'check --root, --image and --init.')
  if (facts.command !== undefined) return judgeCommand(facts, facts.command)
  const lockup = facts.console.reports.find((report) => lockupKinds.includes(report.kind))
  if (lockup !== undefined && (facts.limit !== undefined || facts.silentMs !== undefined)) {
    return verdict(
      'hang',
      `the guest stopped making progress: ${describe(lockup)}.`,
      'the stack is in the console log; --gdb lets you look at it live.',
    )
  }
  if (facts.silentMs !== undefined && facts.qemu === undefined) {
    return verdict(
      'hang',
      `the guest's agent gave no answer for ${seconds(facts.silentMs)}.`,
      'a busy host needs more time; --gdb lets you look at a guest that spins.',
    )
  }
  if (facts.limit !== undefined) return judgeLimit(facts, facts.limit)
  return judgeEnd(facts)
}

function judgeCommand(facts: RunFacts, command: NonNullable<RunFacts['command']>): Judgement {
  if (command.exitCode !== 0) {
    const ending = command.signal === undefined ? `ended with ${command.exitCode}` : `was ended by signal ${command.signal}`
    const beside = facts.failing[0] === undefined ? '' : ` The kernel reported: ${describe(facts.failing[0])}.`
    return {
      verdict: 'fail',
      exitCode: command.exitCode,
      what: `the command ${ending}.${beside}`,
      hint: command.exitCode === 127 ? 'the guest has no such program in PATH.' : undefined,
    }
  }
  const [first, ...others] = facts.failing
  if (first === undefined) return verdict('pass', 'the command ended with 0.', undefined)
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return verdict(
    'splat',
    `the command passed, but the kernel reported: ${describe(first)}${more}.`,
    'known reports can be listed in a file for --allow.',
  )
}

/** A limit that was reached. */
export function judgeLimit(facts: RunFacts, limit: NonNullable<RunFacts['limit']>): Judgement {
  if (limit.kind === 'command')
    return verdict('timeout', `the command did not end within ${seconds(limit.ms)}.`, 'raise --timeout if it only needs longer.')
  if (facts.console.lines === 0) {
    return verdict(
      'boot-fail',
      `no message from the kernel within ${seconds(limit.ms)}.`,
      'is it built for this architecture, with SERIAL_8250_CONSOLE?',
    )
  }
  return verdict(
    'boot-fail',
    `the guest was not ready within ${seconds(limit.ms)}.`,
    'raise --boot-timeout if it only needs longer; the console log shows how far it came.',
  )
}

function judgeEnd(facts: RunFacts): Judgement {
  const qemu = facts.qemu
  const stderr = qemu?.stderr.trim().split('\n').at(-1) ?? ''
  if (qemu?.signal !== undefined) {
    const guess = qemu.signal === 'SIGKILL' ? " (a user, or the host's out-of-memory killer)" : ''
    return verdict('vm-lost', `QEMU was ended by ${qemu.signal}${guess}.`, 'the last console lines may tell more.')
  }
  if (qemu?.exitCode !== undefined && qemu.exitCode !== 0) {
    return verdict('vm-lost', `QEMU ended with ${qemu.exitCode}${stderr === '' ? '' : `: ${stderr}`}.`, undefined)
  }
  if (/terminating on signal/.test(stderr)) return verdict('vm-lost', `QEMU was ended from outside: ${stderr}.`, undefined)
  if (!facts.ready) return verdict('boot-fail', 'the guest left before it was ready.', 'the console log shows why.')
  const how = facts.console.halted ? 'halted' : facts.shutdown === 'guest-reset' ? 'rebooted' : 'powered off'
  return verdict('vm-lost', `the guest ${how} before the command ended.`, 'a command that powers off must come last and be expected.')
}

/** A verdict whose status is its own. */
export function verdict(name: Exclude<Verdict, 'fail'>, what: string, hint: string | undefined): Judgement {
  return { verdict: name, exitCode: statusOf[name], what, hint }
}

/** `null-deref in foo (fs/x.c:12)`, as far as it is known. */
export function describe(report: KernelReport): string {
  const where = report.source === undefined ? '' : ` (${report.source}:${report.line ?? 0})`
  return report.title.includes(report.function ?? '\n') || report.function === undefined
    ? report.title
    : `${report.title} in ${report.function}${where}`
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}

/** Reports that count: of a failing kind and not among the allowed ones (the title of the report is searched). */
export function failingReports(
  reports: readonly KernelReport[],
  options: { readonly failOn: readonly ReportKind[]; readonly allowed: readonly RegExp[] },
): readonly KernelReport[] {
  return reports.filter((report) => options.failOn.includes(report.kind) && !options.allowed.some((known) => known.test(report.title)))
}
