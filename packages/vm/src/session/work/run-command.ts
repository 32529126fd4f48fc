import type { Readable, Writable } from 'node:stream'
import { judge, taintedBy, writeJudgement, type Judgement } from '@kernelkit/core/console'
import { UserError } from '@kernelkit/core/errors'
import type { KtapReader, KtapResults } from '@kernelkit/core/ktap'
import type { Host } from '@kernelkit/host'
import type { VmPlan } from '../../resolve/plan-vm.ts'
import type { ExecResult, RunningCommand } from '../../vm.ts'
import { firstOf } from '../first-of.ts'
import { guestEndLimitMs } from '../limits.ts'
import { seenFacts, type EndedVm, type Ending, type Guest, type VmWork } from '../guest.ts'
import { resultStream } from './result-stream.ts'
import { untilReady } from '../until-ready.ts'

/** One command for one VM. */
export interface GuestCommand {
  /** Unused with --kunit. */
  readonly argv: readonly string[]
  /** Takes what a script of gdb prints. */
  readonly evidenceDirectory: string
  readonly env: Readonly<Record<string, string>>
  readonly stdin?: Readable | undefined
  readonly stdout: Writable
  readonly stderr: Writable
  readonly tty?: { readonly columns: number; readonly rows: number; readonly term: string } | undefined
  /** Called with a function that gives the guest's terminal its new size. */
  readonly onResizable?: (resize: (columns: number, rows: number) => void) => void
  /** Called when the guest serves commands; the returned function when the command has ended, with whatever status. */
  readonly around?: ((guest: Guest) => Promise<() => Promise<void>>) | undefined
  /** Reads the results on its stdout; default: as the format says. */
  readonly reader?: KtapReader | undefined
  /** Called when the command has exited with status 0: more is done in the same guest before it ends. */
  readonly afterwards?: ((guest: Guest) => Promise<void>) | undefined
}

/** How one command in a fresh guest ended. */
export interface RunOutcome extends EndedVm {
  readonly judgement: Judgement<string>
  /** Of the command's stdout, or with --kunit of the kernel's own tests. */
  readonly results: KtapResults | undefined
  /** Absent when the command did not end by itself. */
  readonly command: ExecResult | undefined
}

/** Run one command (with --kunit the kernel's own tests), and judge. */
export function runCommand(host: Pick<Host, 'monotonicMs'>, { vm }: Pick<VmPlan, 'vm'>, command: GuestCommand): VmWork<RunOutcome> {
  const isKunit = vm.kunit !== undefined
  const stream = resultStream({
    format: isKunit ? 'exit' : vm.format,
    to: command.stdout,
    reader: command.reader,
    monotonicMs: () => host.monotonicMs(),
  })
  return {
    attended: false,
    // The command went with the first start.
    mostRestarts: 1,
    work: async (guest) => {
      // While the guest boots: nothing of it is loaded before QEMU starts.
      import('./outcome-junit.ts').then(({ prepareJunit }) => prepareJunit()).catch(() => {})
      const over = guest.watch.over.then((end): Ending => ({ kind: 'over', end }))
      return isKunit
        ? (await import('./until-kunit-ends.ts')).untilKunitEnds(guest, over)
        : untilCommandEnds(guest, { ...command, stdout: stream.stdout }, over)
    },
    judge: (ended) => judgeRun(ended, isKunit ? undefined : stream.finish()),
  }
}

/** From the start of QEMU to the end of the command, or to whatever comes before it. */
async function untilCommandEnds(guest: Guest, command: GuestCommand, over: Promise<Ending>): Promise<Ending> {
  const { host, plan, vm } = guest
  const { timeoutMs, keep, expect } = plan.vm
  const early = await untilReady(guest, over)
  if (early !== 'ready') return early
  const controller = new AbortController()
  const close = await command.around?.(guest)
  const { evidenceDirectory } = command
  await using script =
    plan.vm.gdbScript === undefined
      ? undefined
      : await (await import('../../debugger/gdb-script.ts')).startGdbScript(guest, plan.vm.gdbScript, evidenceDirectory)
  guest.watch.noteCommand()
  const startedMs = host.monotonicMs()
  const running = vm.exec({
    argv: command.argv,
    env: command.env,
    cwd: plan.shares.cwd,
    user: plan.vm.user,
    stdout: command.stdout,
    announced: true,
    logged: true,
    signal: controller.signal,
    ...(command.tty === undefined ? { stderr: command.stderr } : { tty: command.tty }),
    stdin: command.stdin,
  })
  command.onResizable?.((columns, rows) => running.resize(columns, rows))
  const ended = running.result.then(
    (result): Ending => ({ kind: 'command', result }),
    (error: unknown) => {
      if (error instanceof UserError && error.code !== 'VM_LOST') throw error
      // The guest or the agent went away under the command: what the watch sees says why.
      return over
    },
  )
  const limit = timeoutMs === undefined ? undefined : ({ kind: 'command', ms: timeoutMs } as const)
  const first = await firstOf<Ending>(guest, { limit, paused: false, of: [ended, over, ...(script === undefined ? [] : [script.failed])] })
  const ending = first.kind === 'limit' ? await endedMeanwhile(guest, { running, ended, limit: first }) : first
  if (ending.kind === 'command') await script?.finish()
  if (ending.kind === 'limit' && keep) controller.abort()
  if (expect !== undefined && ending.kind === 'command' && mayEndGuest(ending.result)) {
    const spentMs = host.monotonicMs() - startedMs
    const ms = timeoutMs === undefined ? guestEndLimitMs : Math.max(timeoutMs - spentMs, 1)
    return firstOf<Ending>(guest, { limit: { kind: 'end', ms }, paused: false, of: [over] })
  }
  if (ending.kind === 'command') await close?.()
  if (ending.kind === 'command' && ending.result.exitCode === 0) await command.afterwards?.(guest)
  return ending
}

// The agent answers within milliseconds.
const answerMs = 1000

/** At its limit a command may have ended long ago, and what still holds its output is a process that it has left behind. One that ends now was late. */
async function endedMeanwhile(
  { host }: Guest,
  { running, ended, limit }: { readonly running: RunningCommand; readonly ended: Promise<Ending>; readonly limit: Ending },
): Promise<Ending> {
  running.kill(0)
  const stop = new AbortController()
  const late = host.sleep(answerMs, stop.signal).then(
    () => limit,
    () => limit,
  )
  const early = await Promise.race([ended, late, running.heard()])
  const ending = early ?? (await Promise.race([ended, late]))
  stop.abort()
  const hasEnded = early !== undefined || ending.kind !== 'command' || ending.result.outputOpen === true
  return hasEnded ? ending : limit
}

/** A shutdown may end the command by a signal before it ends the guest; a status of its own is its own failure. */
function mayEndGuest({ exitCode, signal }: ExecResult): boolean {
  return exitCode === 0 || signal !== undefined
}

function judgeRun(ended: EndedVm, results: KtapResults | undefined): RunOutcome {
  const { plan, ending, facts, reports, kunit } = ended
  const isKunit = plan.vm.kunit !== undefined
  const command = ending.kind === 'command' ? ending.result : undefined
  const judgement = judge({
    ...seenFacts(ended),
    ready: facts.readyAtMs !== undefined,
    ...(ending.kind === 'no-systemd' ? { agentFailure: ending.why, rootLacks: 'init' } : {}),
    command,
    bareRoot: plan.root.kind === 'initramfs',
    expect: plan.vm.expect,
    limit: ending.kind === 'limit' ? ending.limit : undefined,
    silentMs: ending.kind === 'kunit-silent' ? ending.silentMs : facts.silentMs,
    results,
    kunit: isKunit ? kunit : undefined,
    unexplained: taintedBy(command?.tainted ?? 0, { failOn: plan.vm.failOn, printed: reports }),
  })
  return { ...ended, judgement: writeJudgement(judgement, plan.vm.reader), results: isKunit ? kunit : results, command }
}
