import { consoleDrivers, listNames, machineNames, machines } from '../arch/index.ts'
import { describeResults, type KtapResults } from '../ktap/index.ts'
import { isAllowed, type AllowEntry } from './allow-list.ts'
import { hasFailed, judgeKunit, judgeStream, kunitTestOf } from './judge-results.ts'
import { describe, verdict, type Judgement, type RunFacts } from './judgement.ts'
import { lockupKinds, type ReportKind } from './kinds.ts'
import type { KernelReport } from './recognise.ts'

/** The verdict: the first rule that fits. A panic outranks all, because everything after it is a consequence. */
export function judge(facts: RunFacts): Judgement {
  const panic = facts.console.panic
  if (panic !== undefined || facts.guestPanicked) {
    const first = facts.console.reports.find((report) => report.kind !== 'panic')
    const cause = first === undefined ? '' : ` First report: ${describe(first)}.`
    return verdict(
      'panic',
      `the kernel panicked: ${(panic ?? 'reported by pvpanic').replace(/\.$/, '')}.${cause}${soFar(facts)}`,
      'the trace is in the console log.',
    )
  }
  if (facts.kunit !== undefined && (facts.kunit.finished || facts.ready)) return judgeKunit(facts, facts.kunit)
  if (facts.timerLost === true) return judgeLostTimer()
  if (facts.agentFailure !== undefined)
    return verdict('boot-fail', `the guest could not prepare its root: ${facts.agentFailure}.`, 'check --root, --image and --init.')
  if (facts.command !== undefined) return judgeCommand(facts, facts.command)
  const lockup = facts.failing.find((report) => lockupKinds.includes(report.kind))
  // A guest that left by itself did not hang.
  if (lockup !== undefined && facts.qemu === undefined && facts.restarted !== true) {
    return verdict(
      'hang',
      `the guest stopped making progress: ${describe(lockup)}.`,
      'the stack is in the console log; --gdb lets you look at it live.',
    )
  }
  if (facts.kunit !== undefined && facts.silentMs !== undefined && facts.qemu === undefined)
    return verdict(
      'hang',
      `KUnit printed nothing for ${seconds(facts.silentMs)}.${soFar(facts)}`,
      'the stacks of all tasks are in the console log.',
    )
  if (facts.silentMs !== undefined && facts.qemu === undefined) {
    if (facts.qemuStopped === true)
      return verdict('hang', 'QEMU itself was stopped from outside (SIGSTOP, Ctrl-Z).', 'nothing in the guest runs then.')
    return verdict(
      'hang',
      `the guest's agent gave no answer for ${seconds(facts.silentMs)}.`,
      'a busy host needs more time; --gdb lets you look at a guest that spins.',
    )
  }
  if (facts.limit !== undefined) return judgeLimit(facts, facts.limit)
  return judgeEnd(facts)
}

const withOtherTimer = machineNames.filter((name) => machines[name].hasOtherTimer)

/** The kernel counts its APIC timer against the TSC while it boots; a host that halts the processor just then spoils the count. */
function judgeLostTimer(): Judgement {
  return verdict(
    'boot-fail',
    'the busy host stalled the guest while its kernel measured the APIC timer, the only one of this machine type; it keeps running without a clock.',
    `run it again, or take --machine ${listNames(withOtherTimer)}, which has another timer.`,
  )
}

function judgeCommand(facts: RunFacts, command: NonNullable<RunFacts['command']>): Judgement {
  if (command.exitCode !== 0) {
    const ending = command.signal === undefined ? `ended with ${command.exitCode}` : `was ended by signal ${command.signal}`
    const beside = facts.failing[0] === undefined ? '' : ` The kernel reported: ${describe(facts.failing[0])}.`
    const told =
      facts.results === undefined || facts.results.status === 'no-results' ? '' : ` Its results: ${describeResults(facts.results)}.`
    return {
      verdict: 'fail',
      exitCode: command.exitCode,
      what: `the command ${ending}.${told}${beside}`,
      hint: hintOfStatus(command.exitCode, facts.results),
    }
  }
  if (facts.results !== undefined && hasFailed(facts.results)) return judgeStream(facts.results)
  const [first, ...others] = facts.failing
  const told = facts.results === undefined ? '' : ` Its results: ${describeResults(facts.results)}.`
  if (first === undefined && facts.unexplained !== undefined && facts.unexplained.length > 0)
    return verdict(
      'splat',
      `the command passed, but the kernel's taint tells of ${facts.unexplained.join(' and ')}, and the console of nothing.${told}`,
      'did --append or the guest hide messages (quiet, loglevel=, dmesg -n)?',
    )
  if (first === undefined) return verdict('pass', `the command ended with 0.${told}`, undefined)
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return verdict(
    'splat',
    `the command passed, but the kernel reported: ${describe(first)}${more}.`,
    'known reports can be listed in a file for --allow.',
  )
}

function hintOfStatus(exitCode: number, results: KtapResults | undefined): string | undefined {
  if (exitCode === 127) return 'the guest has no such program in PATH.'
  // KSFT_SKIP of tools/testing/selftests/kselftest.h
  if (exitCode === 4 && results?.status === 'skip') return 'a kselftest that skips ends with 4; `|| [ $? = 4 ]` takes that for a pass.'
  return undefined
}

/** What the tests had told before the guest ended. */
function soFar({ kunit, results }: RunFacts): string {
  const told = kunit ?? results
  if (told === undefined || told.status === 'no-results') return ''
  return ` ${kunit === undefined ? 'Results' : 'KUnit'} until then: ${describeResults(told)}.`
}

/** A limit that was reached. */
export function judgeLimit(facts: RunFacts, limit: NonNullable<RunFacts['limit']>): Judgement {
  if (limit.kind === 'command' && facts.kunit !== undefined)
    return verdict('timeout', `KUnit did not end within ${seconds(limit.ms)}.${soFar(facts)}`, 'raise --timeout if it only needs longer.')
  if (limit.kind === 'command')
    return verdict(
      'timeout',
      `the command did not end within ${seconds(limit.ms)}.${soFar(facts)}`,
      'the stacks of all tasks are in the console log; raise --timeout if it only needs longer.',
    )
  if (facts.console.lines === 0) {
    return verdict(
      'boot-fail',
      `no message from the kernel within ${seconds(limit.ms)}.`,
      `is it built for this architecture, with ${listNames(consoleDrivers)}?`,
    )
  }
  return verdict(
    'boot-fail',
    `the guest was not ready within ${seconds(limit.ms)}.`,
    'raise --boot-timeout if it only needs longer; the console log shows how far it came.',
  )
}

function judgeEnd(facts: RunFacts): Judgement {
  if (facts.stopped !== undefined)
    return verdict('vm-lost', `QEMU stopped the guest: ${facts.stopped}.`, 'the last console lines may tell more.')
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
  const inKunit = facts.kunit !== undefined && facts.kunit.status !== 'no-results'
  const how = howItLeft(facts)
  if (!facts.ready && !inKunit) return verdict('boot-fail', `the guest ${how} before it was ready.`, 'the console log shows why.')
  if (inKunit) return verdict('vm-lost', `the guest ${how} before KUnit was done.${soFar(facts)}`, 'the last console lines may tell more.')
  return verdict('vm-lost', `the guest ${how} before the command ended.`, 'a command that powers off must come last and be expected.')
}

function howItLeft(facts: RunFacts): string {
  if (facts.console.halted) return 'halted'
  const isReset = facts.shutdown === 'guest-reset' || facts.restarted === true
  if (!isReset) return 'powered off'
  return facts.console.saidGoodbye ? 'rebooted' : 'was reset without a word of its kernel (a triple fault?)'
}

function seconds(ms: number): string {
  return `${ms / 1000} s`
}

/**
 * Reports that count: of a failing kind, not among the allowed ones (the title of the report is searched), and not inside a KUnit test
 * that passed: such a test provokes what it looks for.
 */
export function failingReports(
  reports: readonly KernelReport[],
  options: { readonly failOn: readonly ReportKind[]; readonly allowed: readonly AllowEntry[]; readonly kunit?: KtapResults | undefined },
): readonly KernelReport[] {
  const { failOn, allowed, kunit } = options
  return reports.filter(
    (report) =>
      failOn.includes(report.kind) &&
      !allowed.some((known) => isAllowed(known, report)) &&
      !(kunit !== undefined && kunitTestOf(kunit, report)?.passed === true),
  )
}
