import { PassThrough, type Readable, type Writable } from 'node:stream'
import {
  failingReports,
  judgeBoot,
  useOfAllowList,
  type AllowEntry,
  type AllowUse,
  type Judgement,
  type KernelReport,
} from '@kernelkit/core/console'
import type { Host } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import { decodeConsole } from '../session/decode-console.ts'
import { guestEnvironment } from '../session/guest-environment.ts'
import { commandWords } from '../session/command-words.ts'
import { drainLimitMs, lockupSilenceMs, silenceLimitMs, tailLines } from '../session/limits.ts'
import { untilPanicReported } from '../session/settle-console.ts'
import { hasOtherTimer } from '../session/timer-lost.ts'
import { watchVm, type VmEnd, type VmWatch, type WatchFacts } from '../session/watch-vm.ts'
import type { Vm } from '../vm.ts'
import { keepTerminalSize } from './terminal-size.ts'
import { createScreen, type Screen } from './screen.ts'

export interface BootInput {
  readonly host: Host
  readonly plan: VmPlan
  readonly start: () => Promise<Vm>
  /** Keys of a person, in raw mode; absent without a terminal. */
  readonly keys: Readable | undefined
  readonly output: Writable
  readonly terminal:
    | {
        readonly size: () => { readonly columns: number; readonly rows: number }
        readonly onResize: (listener: (columns: number, rows: number) => void) => void
        readonly term: string
      }
    | undefined
  readonly allowed: readonly AllowEntry[]
  readonly signal: AbortSignal
}

/** How a boot with a terminal ended. */
export interface BootOutcome {
  readonly judgement: Judgement
  readonly facts: WatchFacts
  readonly reports: readonly KernelReport[]
  /** Those of them that count, after --fail-on and --allow. */
  readonly failing: readonly KernelReport[]
  /** What the entries of --allow were of use for. */
  readonly allowed: readonly AllowUse[]
  /** The agent's words when the root has no init: the caller may try again with the agent. */
  readonly hasNoInit: boolean
  readonly totalSeconds: number
}

type BootEnd =
  | { readonly kind: 'over'; readonly end: VmEnd }
  | { readonly kind: 'asked' }
  | { readonly kind: 'limit'; readonly ms: number }
  | { readonly kind: 'shell'; readonly exitCode: number }

/** Boot and attach: the kernel's console first, then the login terminal as soon as somebody speaks there. */
export async function bootAttached(input: BootInput): Promise<BootOutcome> {
  const { host, plan, signal } = input
  const startedAt = host.monotonicMs()
  const vm = await input.start()
  const watch = watchVm({
    events: vm.events,
    silenceLimitMs: silenceLimitMs(plan.accel.accel, plan.spec.gdb !== undefined),
    lockupSilenceMs,
    // A person looks on, and may know better.
    isEnd: () => false,
    mostRestarts: 3,
    hasOtherTimer: hasOtherTimer(plan),
    tailLines,
    onLine: undefined,
  })
  const screen = createScreen({ vm, keys: input.keys, output: input.output })
  try {
    const end = await untilBootEnd({ input, vm, watch, screen })
    if (end.kind === 'over' && end.end === 'panic') await untilPanicReported(host, watch)
    const isWritten = plan.launch.drives.some((drive) => drive.mode === 'rw')
    await vm.stop(isWritten && end.kind !== 'over' ? 'poweroff' : 'kill')
    await Promise.race([watch.drained, host.sleep(drainLimitMs)])
    const told = watch.facts()
    const facts = { ...told, console: await decodeConsole(host, { plan, console: told.console, signal }) }
    const failing = failingReports(facts.console.reports, { failOn: plan.spec.failOn, allowed: input.allowed, kunit: watch.kunit() })
    const judgement = judgeBoot({
      console: facts.console,
      failing,
      agentFailure: facts.agentFailure,
      guestPanicked: facts.guestPanicked,
      shutdown: facts.shutdown,
      stopped: facts.stopped,
      restarted: facts.restarted,
      timerLost: facts.timerLost,
      asked: end.kind === 'asked',
      limitMs: end.kind === 'limit' ? end.ms : undefined,
      silentMs: facts.silentMs,
      shellExitCode: end.kind === 'shell' ? end.exitCode : undefined,
      // How QEMU ended tells something only when it was not us who ended it.
      qemu: end.kind === 'over' && end.end === 'exited' ? facts.qemu : undefined,
    })
    return {
      judgement,
      facts,
      reports: facts.console.reports,
      failing,
      allowed: useOfAllowList(input.allowed, facts.console.reports),
      hasNoInit: /has no init/.test(facts.agentFailure ?? ''),
      totalSeconds: (host.monotonicMs() - startedAt) / 1000,
    }
  } finally {
    screen.close()
    await vm.stop('kill').catch(() => {})
    signal.throwIfAborted()
  }
}

interface Booting {
  readonly input: BootInput
  readonly vm: Vm
  readonly watch: VmWatch
  readonly screen: Screen
}

async function untilBootEnd({ input, vm, watch, screen }: Booting): Promise<BootEnd> {
  const { host, plan, signal } = input
  const over = watch.over.then((end): BootEnd => ({ kind: 'over', end }))
  const interrupted = new Promise<never>((_resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
  interrupted.catch(() => {})
  const limitMs = plan.spec.bootTimeoutMs
  // A person watches: only a limit that was asked for ends a slow boot.
  const limit = limitMs === undefined ? [] : [untilInit({ host, watch, limitMs })]
  const { terminal } = input
  if (terminal !== undefined && plan.launch.terminal && plan.launch.agent) {
    keepTerminalSize({ vm, ready: watch.ready, terminal })
  }
  const shell = plan.agentFirst && plan.launch.agent ? [watch.ready.then(() => runShell({ input, vm, screen }))] : []
  return Promise.race([over, screen.asked.then((): BootEnd => ({ kind: 'asked' })), interrupted, ...limit, ...shell])
}

/** Ends only when the limit is reached before the first process runs. */
async function untilInit({
  host,
  watch,
  limitMs,
}: {
  readonly host: Host
  readonly watch: VmWatch
  readonly limitMs: number
}): Promise<BootEnd> {
  await host.sleep(limitMs)
  if (watch.facts().initAtMs === undefined && watch.facts().readyAtMs === undefined) return { kind: 'limit', ms: limitMs }
  return new Promise(() => {})
}

/** A root without an init of its own: a shell over the agent, on a terminal where there is one. */
async function runShell({ input, vm, screen }: { readonly input: BootInput; readonly vm: Vm; readonly screen: Screen }): Promise<BootEnd> {
  const { terminal, plan } = input
  const { argv } = commandWords([], true)
  const stdin = new PassThrough()
  const stdout = new PassThrough()
  screen.attach(stdin, stdout)
  if (terminal === undefined) stdin.end()
  const running = vm.exec({
    argv,
    env: guestEnvironment(input.host, plan.spec, plan.root),
    cwd: plan.shares.cwd,
    stdin,
    stdout,
    ...(terminal === undefined ? { stderr: input.output } : { tty: { ...terminal.size(), term: terminal.term } }),
  })
  terminal?.onResize((columns, rows) => running.resize(columns, rows))
  try {
    const { exitCode } = await running.result
    return { kind: 'shell', exitCode }
  } catch {
    // The guest went away under the shell: the watch tells why.
    return new Promise(() => {})
  }
}
