import type { Readable, Writable } from 'node:stream'
import {
  failingReports,
  judge,
  taintedBy,
  useOfAllowList,
  type AllowEntry,
  type AllowUse,
  type Judgement,
  type KernelReport,
} from '@kernelkit/core/console'
import type { KtapResults } from '@kernelkit/core/ktap'
import type { Host } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import type { ExecResult, Vm } from '../vm.ts'
import { decodeConsole } from './decode-console.ts'
import { lockupSilenceMs, silenceLimitMs, tailLines } from './limits.ts'
import { resultStream } from './result-stream.ts'
import { finishRun, untilRunEnds } from './run-ending.ts'
import { hasOtherTimer } from './timer-lost.ts'
import { watchVm, type WatchFacts } from './watch-vm.ts'

/** One command for one VM. */
export interface RunInput {
  readonly host: Host
  readonly plan: VmPlan
  /** Starts the VM, or finds it running. */
  readonly start: () => Promise<Vm>
  /** Not looked at with --kunit. */
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly stdin: Readable | undefined
  readonly stdout: Writable
  readonly stderr: Writable
  readonly tty: { readonly columns: number; readonly rows: number; readonly term: string } | undefined
  /** Called with a function that tells the guest's terminal its new size. */
  readonly onResizable?: (resize: (columns: number, rows: number) => void) => void
  readonly onConsoleLine: ((line: string) => void) | undefined
  /** Known reports (--allow). */
  readonly allowed: readonly AllowEntry[]
  readonly signal: AbortSignal
}

/** How one command in a fresh guest ended. */
export interface RunOutcome {
  readonly judgement: Judgement
  readonly facts: WatchFacts
  readonly reports: readonly KernelReport[]
  /** Those of them that count, after --fail-on, --allow and the KUnit tests that make them. */
  readonly failing: readonly KernelReport[]
  /** What the entries of --allow were of use for. */
  readonly allowed: readonly AllowUse[]
  /** Of the command's stdout, or with --kunit of the kernel's own tests. */
  readonly results: KtapResults | undefined
  /** What the console told of the kernel's own tests, whatever was run. */
  readonly kunit: KtapResults
  /** Absent when the command did not end by itself. */
  readonly command: ExecResult | undefined
  readonly seconds: RunSeconds
}

/** Seconds of each part; absent for a part that was not reached. */
export interface RunSeconds {
  /** From the call to a running QEMU. */
  readonly start: number
  readonly kernel: number | undefined
  readonly userspace: number | undefined
  readonly ready: number | undefined
  readonly command: number | undefined
  readonly total: number
}

/** Boot, run the command, judge. With `keep` the VM is left running whatever the verdict. */
export async function runCommand(input: RunInput): Promise<RunOutcome> {
  const { host, plan } = input
  const startedAt = host.monotonicMs()
  const vm = await input.start()
  const runningAt = host.monotonicMs()
  const watch = watchVm({
    events: vm.events,
    silenceLimitMs: silenceLimitMs(plan.accel.accel, plan.spec.gdb !== undefined),
    lockupSilenceMs,
    isEnd: (report) => failingReports([report], { failOn: plan.spec.failOn, allowed: input.allowed }).length > 0,
    // The command went with the first start.
    mostRestarts: 1,
    hasOtherTimer: hasOtherTimer(plan),
    tailLines,
    onLine: input.onConsoleLine,
  })
  const isKunit = plan.spec.kunit !== undefined
  const stream = resultStream({ format: isKunit ? 'exit' : plan.spec.format, to: input.stdout, monotonicMs: () => host.monotonicMs() })
  const ending = await untilRunEnds({ input: { ...input, stdout: stream.stdout }, vm, watch }).catch(async (error: unknown) => {
    if (!plan.spec.keep || input.signal.aborted) await vm.stop('kill').catch(() => {})
    throw error
  })
  const tail = await finishRun({ input, vm, watch, ending })
  const told = watch.facts()
  const facts = { ...told, tail, console: await decodeConsole(host, { plan, console: told.console, signal: input.signal }) }
  const result = ending.kind === 'command' ? ending.result : undefined
  const kunit = watch.kunit()
  const results = isKunit ? undefined : stream.finish()
  const failing = failingReports(facts.console.reports, { failOn: plan.spec.failOn, allowed: input.allowed, kunit })
  const judgement = judge({
    console: facts.console,
    failing,
    ready: facts.readyAtMs !== undefined,
    agentFailure: ending.kind === 'no-systemd' ? ending.why : facts.agentFailure,
    command: result,
    limit: ending.kind === 'limit' ? ending.limit : undefined,
    silentMs: ending.kind === 'kunit-silent' ? ending.silentMs : facts.silentMs,
    qemuStopped: facts.qemuStopped,
    results,
    kunit: isKunit ? kunit : undefined,
    guestPanicked: facts.guestPanicked,
    shutdown: facts.shutdown,
    stopped: facts.stopped,
    restarted: facts.restarted,
    timerLost: facts.timerLost,
    unexplained: facts.console.reports.length > 0 ? [] : taintedBy(result?.tainted ?? 0, plan.spec.failOn),
    // How QEMU ended tells something only when it was not us who ended it.
    qemu: ending.kind === 'over' && ending.end === 'exited' ? facts.qemu : undefined,
  })
  // Events count from the start of QEMU.
  const since = (atMs: number | undefined, from: number | undefined) =>
    atMs === undefined || from === undefined ? undefined : Math.max(0, atMs - from) / 1000
  return {
    judgement,
    facts,
    reports: facts.console.reports,
    failing,
    allowed: useOfAllowList(input.allowed, facts.console.reports),
    results: isKunit ? kunit : results,
    kunit,
    command: result,
    seconds: {
      start: (runningAt - startedAt) / 1000,
      kernel: since(facts.initAtMs, 0),
      userspace: since(facts.readyAtMs, facts.initAtMs),
      ready: since(facts.readyAtMs, 0),
      command: result?.seconds,
      total: (host.monotonicMs() - startedAt) / 1000,
    },
  }
}
