import { consoleDrivers, listNames, machineNames, machines } from '../arch/index.ts'
import { optionOfLacking } from '../cmdline/index.ts'
import { command, message, option, type Message } from '../errors/index.ts'
import { describeResults, isGood, type KtapResults } from '../ktap/index.ts'
import { isAllowed, type AllowEntry } from './allow-list.ts'
import { hasFailed, judgeKunit, judgeStream, kunitTestOf } from './judge-results.ts'
import { describe, judgeFlood, verdict, type GuestEnd, type Judgement, type RunFacts } from './judgement.ts'
import { lockupKinds, type ReportKind } from './kinds.ts'
import { hintOfBareRoot, hintOfLimit, hintOfRoot, hintOfStart, sessionLimit, whyNotStarted } from './not-as-asked.ts'
import type { KernelReport } from './recognise.ts'

/** The verdict: the first rule that fits. A panic outranks all, because everything after it is a consequence. */
export function judge(facts: RunFacts): Judgement {
  const panic = facts.console.panic
  if (panic !== undefined || facts.guestPanicked) {
    const first = facts.console.reports.find((report) => report.kind !== 'panic')
    const cause = first === undefined ? '' : ` First report: ${describe(first)}.`
    return verdict(
      'panic',
      `the kernel panicked: ${panic === '' ? 'it gives no reason' : (panic ?? 'reported by pvpanic').replace(/\.$/, '')}.${cause}${progressSuffix(facts)}`,
      'Read the trace in the console log.',
    )
  }
  if (facts.kunit !== undefined && (facts.kunit.finished || facts.ready)) return judgeKunit(facts, facts.kunit)
  if (facts.timerLost === true) return judgeLostTimer()
  if (facts.agentFailure !== undefined && facts.lacking !== undefined) return judgeLacking(facts.agentFailure, facts.lacking)
  if (facts.agentFailure !== undefined && facts.rootLacks !== undefined)
    return verdict('infra-fail', `the guest lacks what was asked for: ${facts.agentFailure}.`, hintOfRoot[facts.rootLacks])
  if (facts.agentFailure !== undefined)
    return verdict('boot-fail', `the guest could not prepare its root: ${facts.agentFailure}.`, hintOfFailure(facts.agentFailure))
  if (facts.agentBroken !== undefined)
    return verdict(
      'vm-lost',
      `the guest's agent does not keep to its protocol, so nothing that it reports counts: ${facts.agentBroken}.`,
      'A program of root in the guest may have ended it or taken its port; run the command as another user.',
    )
  if (facts.stopAsked === true && (facts.command === undefined || facts.command.signal !== undefined)) return judgeStopped(facts)
  const expected = facts.expect === undefined || !facts.ready ? undefined : judgeExpected(facts, facts.expect)
  if (expected !== undefined) return expected
  if (facts.command !== undefined) return judgeEndedCommand(facts, facts.command)
  const lockup = facts.failing.find((report) => lockupKinds.includes(report.kind))
  // A guest that left by itself did not hang.
  if (lockup !== undefined && facts.qemu === undefined && facts.restarted !== true) {
    return verdict(
      'hang',
      `the guest stopped making progress: ${describe(lockup)}.${stuckSuffix(facts)}`,
      message`Read the stack in the console log, or look at the guest live with ${option('gdb')}.`,
    )
  }
  if (facts.kunit !== undefined && facts.silentMs !== undefined && facts.qemu === undefined)
    return verdict(
      'hang',
      `KUnit printed nothing for ${seconds(facts.silentMs)}.${progressSuffix(facts)}${stuckSuffix(facts)}`,
      'Read the stacks of all tasks in the console log.',
    )
  if (facts.silentMs !== undefined && facts.qemu === undefined) {
    if (facts.qemuStopped === true)
      return verdict('hang', 'QEMU itself was stopped (SIGSTOP, Ctrl-Z), and with it everything in the guest.', 'Let QEMU run.')
    return verdict(
      'hang',
      `the guest's agent did not answer for ${seconds(facts.silentMs)}.${stuckSuffix(facts)}`,
      facts.stuck === undefined
        ? message`Run it again on a less busy host, or look at the guest with ${option('gdb')}.`
        : message`Read inspect.txt of the evidence, or look at the guest live with ${option('gdb')}.`,
    )
  }
  if (facts.limit !== undefined) return judgeLimit(facts, facts.limit)
  return judgeEnd(facts)
}

/** A user who ends a VM from outside says nothing about its kernel. */
function judgeStopped({ failing }: RunFacts): Judgement {
  const reported = failing[0] === undefined ? '' : ` The kernel had reported: ${describe(failing[0])}.`
  return verdict(
    'infra-fail',
    `the VM was ended from outside before the command had ended (kernelkit stop).${reported}`,
    message`Run it again; ${command('kernelkit ps')} shows what ${command('kernelkit stop --all')} would end.`,
  )
}

/** What was seen of its CPUs. */
/** What packages/vm/agent says: modules.c, params.c, and of the root. */
function hintOfFailure(failure: string): Message {
  if (failure.startsWith('cannot load the module '))
    return message`Correct ${option('module')}, or install the modules of this very kernel again; its log in the console log may say more.`
  if (failure.startsWith('the kernel command line has ')) return message`Correct ${option('append')}.`
  return message`Check ${option('root')}, ${option('image')} and ${option('init')}.`
}

function stuckSuffix({ stuck }: RunFacts): string {
  return stuck === undefined ? '' : ` ${stuck}`
}

/** What a known configuration would have shown before the start: the same verdict, so that a bisection skips this kernel. */
function judgeLacking(failure: string, lacking: readonly string[]): Judgement {
  const symbols = lacking.map(optionOfLacking)
  const options = symbols.map((symbol) => `${symbol}=y`)
  const build = command(`kernelkit build ${options.map((one) => `--config ${one}`).join(' ')}`, {
    action: `the build-kernel action and \`config: ${options.join(' ')}\``,
  })
  const without = lacking.every((word) => word.startsWith('9p'))
    ? message`, or share no directory: ${option('no-cwd')}, with ${option('image')} or ${option('root', 'none')}`
    : ''
  return verdict(
    'config-fail',
    `this kernel lacks ${symbols.map((symbol) => `CONFIG_${symbol}`).join(', ')}: ${failure}.`,
    message`Build it with ${build}${without}. If it has them as modules, put those next to it (\`make modules_install INSTALL_MOD_PATH=DIR\`), or name a kernel that comes with them, such as ${option('kernel', 'debian:12/cloud')}.`,
  )
}

/** A guest that was to end by itself; `undefined` when another rule says more: it is still there, or QEMU died. */
function judgeExpected(facts: RunFacts, expect: GuestEnd): Judgement | undefined {
  const { limit, qemu, results } = facts
  const wanted = expect === 'reboot' ? 'reboot' : 'power off'
  if (limit?.kind === 'end')
    return {
      verdict: 'fail',
      exitCode: 1,
      what: `the command ended and the guest kept running for ${seconds(limit.ms)}; it was to ${wanted}.`,
      hint: message`Read the end of the console log; ${option('timeout')} sets how long the command and the end of the guest may take.`,
    }
  const isCrash = qemu !== undefined && (qemu.signal !== undefined || qemu.exitCode !== 0 || /terminating on signal/.test(qemu.stderr))
  const isOver =
    (qemu !== undefined && !isCrash) ||
    facts.off === true ||
    facts.restarted === true ||
    facts.console.halted ||
    facts.stopped === 'watchdog'
  if (!isOver) return undefined
  const how = facts.stopped === 'watchdog' ? 'let its watchdog expire' : exitDescription(facts)
  if (isReset(facts) !== (expect === 'reboot'))
    return {
      verdict: 'fail',
      exitCode: 1,
      what: `the guest ${how}; it was to ${wanted}.${progressSuffix(facts)}`,
      hint: message`Read the end of the console log, or change ${option('expect')}.`,
    }
  if (results !== undefined && !isGood(results)) return judgeStream(results)
  if (facts.failing.length === 0 && facts.console.omitted > 0) return judgeFlood(facts.console)
  const what = `the guest ${how}, as expected`
  return judgeReports(facts, { what, more: progressSuffix(facts) })
}

const withOtherTimer = machineNames.filter((name) => machines[name].hasOtherTimer)

/** The kernel counts its APIC timer against the TSC while it boots; a host that halts the CPU just then spoils the count. */
function judgeLostTimer(): Judgement {
  return verdict(
    'boot-fail',
    'the busy host stalled the guest while its kernel measured the APIC timer, the only one of this machine type; it keeps running without a clock.',
    message`Run it again, or use ${option('machine', withOtherTimer[0])}, which has another timer.`,
  )
}

/** A status of 0 is the guest's own word, which its root can forge: what is seen from outside comes first. */
function judgeEndedCommand(facts: RunFacts, command: NonNullable<RunFacts['command']>): Judgement {
  if (command.exitCode !== 0) return judgeCommand(facts, command)
  if (isLost(facts)) return judgeEnd(facts)
  const other = facts.console.commandStatuses.find((status) => status !== command.exitCode)
  if (other === undefined) return judgeCommand(facts, command)
  return verdict(
    'vm-lost',
    `the guest's agent reported status ${command.exitCode}, and in the kernel's log ${other}.`,
    'A program of root in the guest may have taken its port; run the command as another user.',
  )
}

/** The guest came to an end that no program of it asks for. */
function isLost({ stopped, restarted, qemu, shutdown, console: seen }: RunFacts): boolean {
  const isCrash = qemu !== undefined && (qemu.signal !== undefined || qemu.exitCode !== 0)
  return stopped !== undefined || restarted === true || isCrash || (shutdown === 'guest-reset' && !seen.saidGoodbye)
}

function judgeCommand(facts: RunFacts, command: NonNullable<RunFacts['command']>): Judgement {
  // Options of ours that do not fit the root: nothing that a kernel could do about it.
  if (command.notStarted === 'no-directory' || command.notStarted === 'no-user')
    return verdict('infra-fail', `the command was not started: ${whyNotStarted[command.notStarted]}.`, hintOfStart[command.notStarted])
  if (command.exitCode !== 0) {
    const ending = command.signal === undefined ? `exited with status ${command.exitCode}` : `was killed by signal ${command.signal}`
    const reported = facts.failing[0] === undefined ? '' : ` The kernel reported: ${describe(facts.failing[0])}.`
    const results =
      facts.results === undefined || facts.results.status === 'no-results' ? '' : ` Its results: ${describeResults(facts.results)}.`
    return {
      verdict: 'fail',
      exitCode: command.exitCode,
      what: `the command ${ending}.${results}${reported}`,
      hint: hintOfStatus(command, facts),
    }
  }
  if (facts.results !== undefined && hasFailed(facts.results)) return judgeStream(facts.results)
  const [first] = facts.failing
  if (first === undefined && facts.console.omitted > 0) return judgeFlood(facts.console)
  const results = facts.results === undefined ? '' : ` Its results: ${describeResults(facts.results)}.`
  if (first === undefined && facts.unexplained !== undefined && facts.unexplained.length > 0)
    return verdict(
      'splat',
      `the command passed, but the kernel's taint shows ${facts.unexplained.join(' and ')}, and the console shows no such report.${results}`,
      message`Check whether ${option('append')} or the guest hides messages (quiet, loglevel=, dmesg -n).`,
    )
  if (first === undefined) return verdict('pass', `the command exited with status 0.${results}`, undefined)
  return judgeReports(facts, { what: 'the command passed', more: '' })
}

/** All that was asked for happened, and what the kernel reported decides. */
function judgeReports({ failing }: RunFacts, { what, more: results }: { readonly what: string; readonly more: string }): Judgement {
  const [first, ...others] = failing
  if (first === undefined) return verdict('pass', `${what}.${results}`, undefined)
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return verdict(
    'splat',
    `${what}, but the kernel reported: ${describe(first)}${more}.`,
    message`List known reports in a file and name it with ${option('allow')}.`,
  )
}

function hintOfStatus(
  { exitCode, notStarted }: NonNullable<RunFacts['command']>,
  { results, bareRoot, console: { reports } }: RunFacts,
): Message | undefined {
  if (bareRoot === true && (exitCode === 127 || notStarted === 'no-such-file')) return hintOfBareRoot
  if (notStarted !== undefined) return hintOfStart[notStarted]
  // POSIX.1-2024, XCU 2.8.2: what a shell returns for a command of its own that it cannot start.
  if (exitCode === 127) return 'A shell found no such program in the guest (127): its message is on stderr.'
  if (exitCode === 126) return 'A shell found a program that it could not start (126): its message is on stderr.'
  // 128 + SIGKILL, also of what a shell ran.
  if (exitCode === 137 && reports.some(({ kind }) => kind === 'oom'))
    return message`The kernel killed a program for lack of memory (its report is in the console log): give the guest more with ${option('memory')}.`
  // KSFT_SKIP of tools/testing/selftests/kselftest.h
  if (exitCode === 4 && results?.status === 'skip')
    return 'A kselftest that skips exits with status 4; add `|| [ $? = 4 ]` to take that for a pass.'
  return undefined
}

/** The results of the tests up to the end of the guest. */
function progressSuffix({ kunit, results }: RunFacts): string {
  const seen = kunit ?? results
  if (seen === undefined || seen.status === 'no-results') return ''
  return ` ${kunit === undefined ? 'Results' : 'KUnit'} until then: ${describeResults(seen)}.`
}

/** A limit that was reached. */
export function judgeLimit(facts: RunFacts, limit: NonNullable<RunFacts['limit']>): Judgement {
  if (limit.kind === 'command' && facts.kunit !== undefined)
    return verdict(
      'timeout',
      `KUnit did not end within ${seconds(limit.ms)}.${progressSuffix(facts)}${stuckSuffix(facts)}`,
      message`Raise ${option('timeout')} if the test is only slow.`,
    )
  if (limit.kind === 'command')
    return verdict(
      'timeout',
      `the command did not end within ${seconds(limit.ms)}.${progressSuffix(facts)}${stuckSuffix(facts)}`,
      facts.stuck === undefined
        ? message`Raise ${option('timeout')} if the test is only slow; the stacks of all tasks are in the console log.`
        : 'The guest did not answer any more; what its CPUs and tasks were doing is in inspect.txt of the evidence.',
    )
  if (facts.console.lines === 0) {
    return verdict(
      'boot-fail',
      `no message from the kernel within ${seconds(limit.ms)}.`,
      `Check that it is built for this architecture, with ${listNames(consoleDrivers)}.`,
    )
  }
  return verdict(
    'boot-fail',
    `the guest was not ready within ${seconds(limit.ms)}.${stuckSuffix(facts)}`,
    message`Raise ${option('boot-timeout')} if it is only slow; the console log shows how far it came.`,
  )
}

function judgeEnd(facts: RunFacts): Judgement {
  if (facts.stopped === 'watchdog')
    return verdict(
      'hang',
      'the guest let its watchdog expire.',
      message`Read the end of the console log, or look at the guest live with ${option('gdb')}.`,
    )
  if (facts.stopped !== undefined) return verdict('vm-lost', `QEMU stopped the guest: ${facts.stopped}.`, 'Read the last console lines.')
  const qemu = facts.qemu
  const stderr = qemu?.stderr.trim().split('\n').at(-1) ?? ''
  if (qemu?.signal !== undefined) {
    const limit = sessionLimit(qemu.signal)
    if (limit !== undefined) return verdict('vm-lost', `QEMU was killed by ${qemu.signal}: ${limit}.`, hintOfLimit)
    const guess = qemu.signal === 'SIGKILL' ? " (a user, or the host's out-of-memory killer)" : ''
    return verdict('vm-lost', `QEMU was killed by ${qemu.signal}${guess}.`, 'Read the last console lines.')
  }
  if (qemu?.exitCode !== undefined && qemu.exitCode !== 0) {
    return verdict('vm-lost', `QEMU exited with status ${qemu.exitCode}${stderr === '' ? '' : `: ${stderr}`}.`, undefined)
  }
  if (/terminating on signal/.test(stderr)) return verdict('vm-lost', `QEMU was ended from outside: ${stderr}.`, undefined)
  const inKunit = facts.kunit !== undefined && facts.kunit.status !== 'no-results'
  const how = exitDescription(facts)
  if (!facts.ready && !inKunit) return verdict('boot-fail', `the guest ${how} before it was ready.`, 'Read the console log to see why.')
  if (inKunit) return verdict('vm-lost', `the guest ${how} before KUnit was done.${progressSuffix(facts)}`, 'Read the last console lines.')
  const end = isReset(facts) ? 'reboot' : 'poweroff'
  return verdict(
    'vm-lost',
    `the guest ${how} before the command ended.`,
    message`If it was meant to, say so with ${option('expect', end)}.`,
  )
}

function exitDescription(facts: RunFacts): string {
  if (facts.console.halted) return 'halted'
  if (!isReset(facts)) return 'powered off'
  return facts.console.saidGoodbye ? 'rebooted' : 'was reset without any kernel message (a triple fault?)'
}

function isReset({ shutdown, restarted }: RunFacts): boolean {
  return shutdown === 'guest-reset' || restarted === true
}

/** What is left of a limit has many digits. */
function seconds(ms: number): string {
  return `${Math.round(ms) / 1000} s`
}

/** KUnit's results on a console. */
export interface KunitLog {
  readonly results: KtapResults
  /** Lines of the console that no program of the guest can have written, from 1; every program may write KTAP to /dev/kmsg. */
  readonly ownLines: number
}

/**
 * Reports that count: of a failing kind, not among the allowed ones (the title of the report is searched), and not inside a KUnit test
 * that passed: such a test provokes what it looks for. Only a test whose result came among the kernel's own lines excuses anything.
 */
export function failingReports(
  reports: readonly KernelReport[],
  options: { readonly failOn: readonly ReportKind[]; readonly allowed: readonly AllowEntry[]; readonly kunit?: KunitLog | undefined },
): readonly KernelReport[] {
  const { failOn, allowed, kunit } = options
  const isExcused = (report: KernelReport): boolean => {
    const test = kunit === undefined ? undefined : kunitTestOf(kunit.results, report)
    return test?.passed === true && kunit !== undefined && test.endLine <= kunit.ownLines
  }
  return reports.filter(
    (report) => failOn.includes(report.kind) && !allowed.some((known) => isAllowed(known, report)) && !isExcused(report),
  )
}
