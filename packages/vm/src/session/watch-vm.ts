import type { RootLack } from '@kernelkit/core/agent'
import { createConsoleReader, lockupKinds, type ConsoleFacts, type KernelReport } from '@kernelkit/core/console'
import { createKtapReader, type KtapResults } from '@kernelkit/core/ktap'
import { isMachineOff } from '../process/host-failure.ts'
import type { QemuExit, VmEvent } from '../vm.ts'

/** What a VM has reported so far. */
export interface WatchFacts {
  readonly console: ConsoleFacts
  readonly tail: readonly string[]
  readonly agentFailure: string | undefined
  /** It failed because the kernel has no such file systems or drivers. */
  readonly lacking: readonly string[] | undefined
  /** What the root lacks of what was asked for. */
  readonly rootLacks: RootLack | undefined
  /** What the agent did against its protocol. */
  readonly agentBroken: string | undefined
  readonly silentMs: number | undefined
  /** QEMU's process is stopped (SIGSTOP). */
  readonly qemuStopped: boolean
  readonly guestPanicked: boolean
  /** Another process ended the VM. */
  readonly stopAsked: boolean
  readonly shutdown: string | undefined
  /** The guest has shut down, and QEMU keeps its machine (-no-shutdown). */
  readonly off: boolean
  /** QEMU stopped the machine by itself, and why. */
  readonly stopped: string | undefined
  /** This host can no longer keep what the guest prints. */
  readonly hostFailed: Extract<VmEvent, { readonly type: 'host-failed' }> | undefined
  /** A disk of the guest met an error of this host. */
  readonly blockError: Readonly<Record<string, unknown>> | undefined
  /** The kernel gave up the only timer that its machine has. */
  readonly timerLost: boolean
  /** The guest started again, and QEMU kept running. */
  readonly restarted: boolean
  readonly qemu: QemuExit | undefined
  /** When the kernel started its first process, and when the agent served. */
  readonly initAtMs: number | undefined
  readonly readyAtMs: number | undefined
}

export type VmEnd =
  | 'exited'
  | 'no-timer'
  | 'panic'
  | 'halted'
  | 'agent-failed'
  | 'agent-broken'
  | 'silent'
  | 'lockup'
  | 'restarted'
  | 'stopped'

export interface VmWatch {
  facts(): WatchFacts
  /** The agent serves commands. */
  readonly ready: Promise<'ready'>
  /** Nothing more is expected, and why. */
  readonly over: Promise<VmEnd>
  /** Every event has been read. */
  readonly drained: Promise<void>
  /** The kernel has printed the first line of its own tests. */
  readonly kunitStarted: Promise<'kunit-started'>
  /** No further result of them is expected. */
  readonly kunitComplete: Promise<'kunit-complete'>
  /** Results of the kernel's own tests; what has not come by the first call is left out. */
  kunit(): KtapResults
  /** From here on a program of the user's runs in the guest, and may write whatever it likes to the console. */
  noteCommand(): void
  /** Lines of the console before that; before the first process where no command was noted. */
  ownLines(): number
}

export interface WatchOptions {
  readonly events: AsyncIterable<VmEvent>
  /** A guest that answers nothing for this long has stopped. */
  readonly silenceLimitMs: number
  /** The same once the kernel has reported a lockup, or QEMU itself is stopped. */
  readonly lockupSilenceMs: number
  /** Whether such a report of a lockup is the end. */
  readonly isEnd: (report: KernelReport) => boolean
  /** The kernel's own tests are all that runs. */
  readonly isKunit: boolean
  /** So many starts without coming to the first process are a loop; 1: the guest may not start again at all. */
  readonly mostRestarts: number
  /** Whether the machine has a timer in addition to those of the APICs. */
  readonly hasOtherTimer: boolean
  readonly tailLines: number
  readonly onLine: ((line: string) => void) | undefined
}

/** Reads all events of a VM and keeps what the verdict needs. */
export function watchVm(options: WatchOptions): VmWatch {
  const reader = createConsoleReader()
  const kunit = createKtapReader({ prefixed: true, versionless: false, kernelOnly: true })
  const kunitStarted = Promise.withResolvers<'kunit-started'>()
  const kunitComplete = Promise.withResolvers<'kunit-complete'>()
  let kunitResults: KtapResults | undefined
  const ready = Promise.withResolvers<'ready'>()
  const over = Promise.withResolvers<VmEnd>()
  const tail: string[] = []
  let facts: Omit<WatchFacts, 'console' | 'tail'> = {
    agentFailure: undefined,
    lacking: undefined,
    rootLacks: undefined,
    agentBroken: undefined,
    silentMs: undefined,
    qemuStopped: false,
    guestPanicked: false,
    stopAsked: false,
    shutdown: undefined,
    off: false,
    stopped: undefined,
    blockError: undefined,
    hostFailed: undefined,
    restarted: false,
    timerLost: false,
    qemu: undefined,
    initAtMs: undefined,
    readyAtMs: undefined,
  }
  let lines = 0
  let linesBeforeInit: number | undefined
  let linesBeforeCommand: number | undefined
  let restarts = 0
  let seenReports = 0
  const onRestart = (): void => {
    restarts += 1
    if (restarts < options.mostRestarts) return
    facts = { ...facts, restarted: true }
    over.resolve('restarted')
  }
  const onReport = (report: KernelReport): void => {
    if (report.kind === 'unexpected-reboot') return onRestart()
    // What a KUnit test does to the kernel is its own affair, and programs print KTAP too.
    const { hasStarted, isComplete } = kunit.progress()
    const isInKunit = hasStarted && !isComplete && (options.isKunit || linesBeforeCommand === undefined)
    if (lockupKinds.includes(report.kind) && !isInKunit && options.isEnd(report)) over.resolve('lockup')
  }
  const onConsole = (line: string, atMs: number): void => {
    tail.push(line)
    if (tail.length > options.tailLines) tail.shift()
    options.onLine?.(line)
    lines += 1
    kunit.read(line)
    const { hasStarted, isComplete } = kunit.progress()
    if (hasStarted) kunitStarted.resolve('kunit-started')
    if (isComplete) kunitComplete.resolve('kunit-complete')
    if (/\] Run \S+ as init process/.test(line)) {
      restarts = 0
      if (facts.initAtMs === undefined) facts = { ...facts, initAtMs: atMs }
      linesBeforeInit ??= lines
    }
    if (!reader.read(line)) return
    const { panic, halted, reports, apicTimerLost, agentFailure } = reader.facts()
    for (const report of reports.slice(seenReports)) onReport(report)
    seenReports = reports.length
    if (panic !== undefined) over.resolve('panic')
    else if (halted) over.resolve('halted')
    // Nothing but the kernel and the agent prints before the agent serves; an agent that has a channel says it there.
    if (agentFailure !== undefined && facts.readyAtMs === undefined && facts.agentFailure === undefined) {
      facts = { ...facts, agentFailure: agentFailure.message, lacking: agentFailure.lacking }
      over.resolve('agent-failed')
    }
    if (apicTimerLost && !options.hasOtherTimer && facts.readyAtMs === undefined) {
      facts = { ...facts, timerLost: true }
      over.resolve('no-timer')
    }
  }
  const onEvent = (event: VmEvent): void => {
    switch (event.type) {
      case 'console':
        return onConsole(event.line, event.atMs)
      case 'ready':
        facts = { ...facts, readyAtMs: event.atMs }
        return ready.resolve('ready')
      case 'agent-failed':
        facts = { ...facts, agentFailure: event.message, lacking: event.lacking, rootLacks: event.rootLacks }
        return over.resolve('agent-failed')
      case 'agent-broken':
        facts = { ...facts, agentBroken: event.message }
        return over.resolve('agent-broken')
      case 'agent-silent': {
        const hasLockup = reader.facts().reports.some(({ kind }) => lockupKinds.includes(kind))
        const isBrief = hasLockup || event.qemuStopped === true
        if (event.silentMs < (isBrief ? options.lockupSilenceMs : options.silenceLimitMs)) return
        facts = { ...facts, silentMs: event.silentMs, qemuStopped: event.qemuStopped === true }
        return over.resolve('silent')
      }
      case 'qmp':
        if (event.event === 'GUEST_PANICKED') {
          facts = { ...facts, guestPanicked: true }
          over.resolve('panic')
        }
        if (event.event === 'RESET' && event.data['guest'] === true) onRestart()
        if (event.event === 'BLOCK_IO_ERROR' && event.data['action'] !== 'ignore') {
          facts = { ...facts, blockError: event.data }
          over.resolve('stopped')
        }
        if (event.event === 'STOP' && isOwnStop(event.data['status'])) {
          facts = { ...facts, stopped: event.data['status'] }
          over.resolve('stopped')
        }
        if (isMachineOff(event)) {
          facts = { ...facts, off: true }
          over.resolve('halted')
        }
        if (event.event === 'SHUTDOWN' && typeof event.data['reason'] === 'string') facts = { ...facts, shutdown: event.data['reason'] }
        return
      case 'stop-asked':
        facts = { ...facts, stopAsked: true }
        return
      case 'host-failed':
        facts = { ...facts, hostFailed: facts.hostFailed ?? event }
        // A directory that is full is said at the end: the guest may have other things to do.
        return event.keepsRunning === true ? undefined : over.resolve('stopped')
      case 'exited':
        facts = { ...facts, qemu: event.exit }
        return over.resolve('exited')
    }
  }
  const drained = (async () => {
    for await (const event of options.events) onEvent(event)
    over.resolve('exited')
  })()
  return {
    facts: () => ({ ...facts, console: reader.facts(), tail }),
    ready: ready.promise,
    over: over.promise,
    drained,
    kunitStarted: kunitStarted.promise,
    kunitComplete: kunitComplete.promise,
    kunit: () => (kunitResults ??= kunit.finish()),
    noteCommand: () => {
      linesBeforeCommand ??= lines
    },
    ownLines: () => linesBeforeCommand ?? linesBeforeInit ?? 0,
  }
}

/** States in which QEMU puts a machine that it cannot run any further, or whose watchdog expired (QEMU qapi/run-state.json); a debugger's or a user's stop is not one. */
function isOwnStop(status: unknown): status is string {
  return status === 'internal-error' || status === 'io-error' || status === 'watchdog'
}
