import { PassThrough, type Duplex, type Readable, type Writable } from 'node:stream'
import { failingReports, judgeBoot, type Judgement, type KernelReport } from '@kernelkit/core/console'
import type { Host } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import { commandWords } from '../run/command-words.ts'
import { lockupSilenceMs, panicGraceMs, silenceLimitMs, tailLines } from '../run/limits.ts'
import { watchVm, type VmEnd, type VmWatch, type WatchFacts } from '../run/watch-vm.ts'
import type { Vm } from '../vm.ts'
import { createKeyReader, escapeHelp } from './escape-keys.ts'

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
  readonly allowed: readonly RegExp[]
  readonly signal: AbortSignal
}

export interface BootOutcome {
  readonly judgement: Judgement
  readonly facts: WatchFacts
  readonly reports: readonly KernelReport[]
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
export async function bootVm(input: BootInput): Promise<BootOutcome> {
  const { host, plan, signal } = input
  const startedAt = host.monotonicMs()
  const vm = await input.start()
  const watch = watchVm({
    events: vm.events,
    silenceLimitMs: silenceLimitMs(plan.accel.accel, plan.spec.gdb !== undefined),
    lockupSilenceMs,
    tailLines,
    onLine: undefined,
  })
  const screen = createScreen(input, vm)
  try {
    const end = await untilBootEnd({ input, vm, watch, screen })
    if (end.kind === 'over' && end.end === 'panic') await Promise.race([watch.drained, host.sleep(panicGraceMs)])
    const isWritten = plan.launch.drives.some((drive) => drive.mode === 'rw')
    await vm.stop(isWritten && end.kind !== 'over' ? 'poweroff' : 'kill')
    await Promise.race([watch.drained, host.sleep(1000)])
    const facts = watch.facts()
    const failing = failingReports(facts.console.reports, { failOn: plan.spec.failOn, allowed: input.allowed })
    const judgement = judgeBoot({
      console: facts.console,
      failing,
      agentFailure: facts.agentFailure,
      guestPanicked: facts.guestPanicked,
      shutdown: facts.shutdown,
      asked: end.kind === 'asked',
      limitMs: end.kind === 'limit' ? end.ms : undefined,
      silentMs: facts.silentMs,
      shellExitCode: end.kind === 'shell' ? end.exitCode : undefined,
      qemu: end.kind === 'over' ? facts.qemu : undefined,
    })
    return {
      judgement,
      facts,
      reports: facts.console.reports,
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

interface Screen {
  /** Ctrl-A x. */
  readonly asked: Promise<void>
  /** A terminal beside the kernel's console; from now on it is the one that is shown. */
  attach(input: Writable, output: Readable): void
  close(): void
}

/** One terminal of the user, two of the guest: only one of them is shown, and gets the keys. */
function createScreen(input: BootInput, vm: Vm): Screen {
  const asked = Promise.withResolvers<void>()
  let shown: 'console' | 'terminal' = 'console'
  let login: Writable | undefined
  const show = (what: 'console' | 'terminal'): void => {
    if (shown === what) return
    shown = what
    if (input.keys !== undefined)
      input.output.write(`\r\n[${what === 'console' ? 'kernel console' : 'login terminal'}; Ctrl-A h helps]\r\n`)
  }
  const onConsole = (chunk: Buffer): void => void (shown === 'console' && input.output.write(chunk))
  vm.console.on('data', onConsole)
  const attach = (typed: Writable, output: Readable): void => {
    login = typed
    output.on('data', (chunk: Buffer) => {
      // Without keys there is nobody to log in: both are shown.
      if (shown === 'terminal' || input.keys === undefined) input.output.write(chunk)
    })
    show('terminal')
  }
  const onFirstWord = (chunk: Buffer): void => {
    if (vm.terminal === undefined) return
    vm.terminal.off('data', onFirstWord)
    if (input.keys === undefined) return attachQuietly(vm.terminal, input.output, chunk)
    attach(vm.terminal, vm.terminal)
    input.output.write(chunk)
  }
  vm.terminal?.on('data', onFirstWord)
  const readKeys = createKeyReader()
  const onKeys = (chunk: Buffer): void => {
    for (const action of readKeys(chunk)) {
      if (action.kind === 'data') (shown === 'terminal' && login !== undefined ? login : vm.console).write(action.data)
      else if (action.command === 'end') asked.resolve()
      else if (action.command === 'help') input.output.write(`\r\n${escapeHelp}`)
      else if (login !== undefined) show(shown === 'console' ? 'terminal' : 'console')
    }
  }
  input.keys?.on('data', onKeys)
  return {
    asked: asked.promise,
    attach,
    close: () => {
      input.keys?.off('data', onKeys)
      vm.console.off('data', onConsole)
    },
  }
}

function attachQuietly(terminal: Duplex, output: Writable, first: Buffer): void {
  output.write(first)
  terminal.on('data', (chunk: Buffer) => output.write(chunk))
}
