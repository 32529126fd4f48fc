import type { NotStarted, RootLack } from '../agent/messages.ts'
import { command, message, type Message } from '../errors/index.ts'
import { writeFor, type Reader } from '../options/write-error.ts'
import type { KtapResults } from '../ktap/index.ts'
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

/** How a guest ends by itself. */
export type GuestEnd = 'poweroff' | 'reboot'

/** What happened to one run, seen from outside. */
export interface RunFacts {
  readonly console: ConsoleFacts
  /** Reports that count, after --fail-on and --allow. */
  readonly failing: readonly KernelReport[]
  /** The agent served commands. */
  readonly ready: boolean
  /** The agent could not prepare the root. */
  readonly agentFailure: string | undefined
  /** Because the kernel has no such file systems or drivers: words of the agent. */
  readonly lacking?: readonly string[] | undefined
  /** What the root lacks of what was asked for, on any kernel. */
  readonly rootLacks?: RootLack | undefined
  readonly command:
    | { readonly exitCode: number; readonly signal: number | undefined; readonly notStarted?: NotStarted | undefined }
    | undefined
  /** Which limit was reached; `end`: that of a guest that was to end by itself after its command. */
  readonly limit: { readonly kind: 'command' | 'boot' | 'end'; readonly ms: number } | undefined
  /** The root is an initramfs: it has what was given, and no distribution. */
  readonly bareRoot?: boolean
  /** How the guest was to end by itself. */
  readonly expect?: GuestEnd | undefined
  /** QEMU stopped the machine by itself: `internal-error`, `io-error`. */
  readonly stopped?: string | undefined
  /** The guest was reset, or its kernel started again, and QEMU kept running. */
  readonly restarted?: boolean
  /** Marks of `taintedBy` with nothing on the console that explains them. */
  readonly unexplained?: readonly string[]
  /** What the agent did against its protocol. */
  readonly agentBroken?: string | undefined
  /** The agent did not answer for this long. */
  readonly silentMs: number | undefined
  /** Where a guest that hangs is, in a sentence. */
  readonly stuck?: string | undefined
  /** QEMU's process was stopped (SIGSTOP). */
  readonly qemuStopped?: boolean
  readonly guestPanicked: boolean
  /** Another process ended the VM (`kernelkit stop`). */
  readonly stopAsked?: boolean
  /** The kernel gave up the only timer that its machine has. */
  readonly timerLost?: boolean | undefined
  /** Reason of QMP's SHUTDOWN, such as guest-shutdown. */
  readonly shutdown: string | undefined
  /** The guest has shut down, and QEMU keeps its machine (-no-shutdown). */
  readonly off?: boolean
  readonly qemu: { readonly exitCode: number | undefined; readonly signal: string | undefined; readonly stderr: string } | undefined
  /** The results on the command's stdout, when it was to be read as TAP or KTAP. */
  readonly results?: KtapResults | undefined
  /** --kunit: there is no command; the KTAP results on the console. */
  readonly kunit?: KtapResults | undefined
}

/** A verdict with its reason; the hint holds parts until it is written for its reader. */
export interface Judgement<Hint = Message> {
  readonly verdict: Verdict
  /** 0 to 255; the command's own for `fail`. */
  readonly exitCode: number
  /** One sentence: what happened. */
  readonly what: string
  /** What to try next. */
  readonly hint: Hint | undefined
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

/**
 * Exit status of a verdict; `simple` folds what the guest did wrong into 1. A command that could not be started (126, 127: POSIX shell,
 * "Exit Status for Commands") says nothing about the kernel.
 */
export function exitStatus(judgement: { readonly verdict: Verdict; readonly exitCode: number }, style: 'full' | 'simple'): number {
  if (style === 'full') return judgement.exitCode
  if (judgement.verdict === 'pass') return 0
  if (judgement.verdict === 'timeout') return 124
  if (judgement.verdict === 'fail' && (judgement.exitCode === 126 || judgement.exitCode === 127)) return 125
  return statusOf[judgement.verdict === 'fail' ? 'panic' : judgement.verdict] === 125 ? 125 : 1
}

/** A verdict whose status is its own. */
export function verdict(name: Exclude<Verdict, 'fail'>, what: string, hint: Message | undefined): Judgement {
  return { verdict: name, exitCode: statusOf[name], what, hint }
}

/** Reports that were not kept were not compared with what is allowed. */
export function judgeFlood({ reports, omitted }: RunFacts['console']): Judgement {
  return verdict(
    'splat',
    `the kernel reported more than is kept: ${reports.length + omitted} different reports, and none of the first ${reports.length} counts.`,
    message`Read the others with ${command('kernelkit report')} and the console log.`,
  )
}

/** A judgement whose hint is text for its reader. */
export function writeJudgement(judgement: Judgement, reader: Reader): Judgement<string> {
  const { hint } = judgement
  return { ...judgement, hint: hint === undefined ? undefined : writeFor(hint, reader) }
}

/** `WARNING in foo (fs/x.c:12)`, as far as it is known. */
export function describe(report: KernelReport): string {
  return report.source === undefined ? report.title : `${report.title} (${report.source}:${report.line ?? 0})`
}
