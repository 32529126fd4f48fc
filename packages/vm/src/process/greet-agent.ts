import type { Duplex } from 'node:stream'
import {
  decodeFailed,
  decodeHello,
  decodeLostWrites,
  encodeClock,
  encodeSetup,
  frameTypes,
  maxGuestFrameBytes,
  protocolVersion,
  type FailedMessage,
  type Frame,
  type LostWrites,
  type RootLack,
} from '@kernelkit/core/agent'
import type { Host } from '@kernelkit/host'
import type { VmRequest } from '../vm.ts'
import { createAgentLink, type AgentLink, type KernelLog } from './agent-link.ts'

const pingEveryMs = 1000
// Reported from here on; the watcher of the VM decides whether it counts as a hang.
const silentAfterMs = 5000
// The port is closed for a while when the guest ends by itself, with file systems still to be unmounted, and in a guest that sleeps (s2idle).
const reopenLimitMs = 25_000

/** What the agent reports over its channel, or its silence. */
type AgentEvent =
  | { readonly type: 'ready'; readonly release: string }
  | { readonly type: 'writes-lost'; readonly lost: LostWrites }
  | {
      readonly type: 'agent-failed'
      readonly message: string
      readonly lacking?: readonly string[] | undefined
      readonly rootLacks?: RootLack | undefined
    }
  | { readonly type: 'agent-broken'; readonly message: string }
  | { readonly type: 'agent-silent'; readonly silentMs: number; readonly qemuStopped: boolean }

interface Greeting {
  readonly channel: Duplex
  readonly request: VmRequest
  readonly host: Host
  readonly isQemuStopped: () => Promise<boolean>
  readonly kernelLog: KernelLog
  readonly emit: (event: AgentEvent) => void
}

/** The agent of a guest: its sessions, when it serves them, and how its silence is measured. */
export interface GreetedAgent {
  readonly link: AgentLink
  readonly ready: Promise<{ readonly release: string }>
  /** The guest has ended. */
  readonly stop: () => void
  /** While the guest may not run its silence means nothing. */
  readonly pause: (paused: boolean) => void
  /** The guest has opened or closed the agent's port. */
  readonly portChanged: (isOpen: boolean) => void
}

/** Answers the agent's HELLO with its SETUP, and from READY on listens for its silence. */
export function greetAgent({ channel, request, host, isQemuStopped, kernelLog, emit }: Greeting): GreetedAgent {
  const ready = Promise.withResolvers<{ readonly release: string }>()
  // Commands wait for it; a VM without commands does not.
  ready.promise.catch(() => {})
  let release = ''
  let timer: NodeJS.Timeout | undefined
  const fail = ({ message, lacking, rootLacks }: FailedMessage) => {
    ready.reject(new Error(message))
    emit({ type: 'agent-failed', message, lacking, rootLacks })
  }
  const onGuestFrame = (frame: Frame) => {
    if (frame.type === frameTypes.hello) {
      const hello = decodeHello(frame.data)
      release = hello.release
      if (hello.version !== protocolVersion)
        return fail({
          message: `the guest's agent speaks version ${hello.version}, this program ${protocolVersion}`,
          lacking: undefined,
          rootLacks: undefined,
        })
      link.send(frameTypes.setup, encodeSetup(request.guest ?? { hostname: '', files: [], ssh: false }))
    } else if (frame.type === frameTypes.clock) {
      link.send(frameTypes.clock, encodeClock(host.now()))
    } else if (frame.type === frameTypes.writesLost) {
      emit({ type: 'writes-lost', lost: decodeLostWrites(frame.data) })
    } else if (frame.type === frameTypes.failed) {
      fail(decodeFailed(frame.data))
    } else if (frame.type === frameTypes.ready && timer === undefined) {
      timer = setInterval(ping, pingEveryMs)
      timer.unref()
      emit({ type: 'ready', release })
      ready.resolve({ release })
    }
  }
  const link = createAgentLink({
    channel,
    monotonicMs: host.monotonicMs,
    onGuestFrame,
    maxBytes: maxGuestFrameBytes,
    confirmEnds: true,
    kernelLog,
    onBroken: (message) => emit({ type: 'agent-broken', message }),
  })
  let reportedAtMs = 0
  let closedAtMs: number | undefined
  let isPaused = false
  const silence = silenceMeter({ everyMs: pingEveryMs, startMs: host.monotonicMs() })
  const ping = () => {
    link.send(frameTypes.ping)
    const now = host.monotonicMs()
    const silentMs = silence.turn(now, link.heardAtMs())
    if (!isPaused && closedAtMs !== undefined && now - closedAtMs > reopenLimitMs)
      return link.breakOff(`its process has ended, and its port is closed since ${reopenLimitMs / 1000} s`)
    if (isPaused || silentMs < silentAfterMs || now - reportedAtMs < 2000) return
    reportedAtMs = now
    void isQemuStopped().then((qemuStopped) => emit({ type: 'agent-silent', silentMs, qemuStopped }))
  }
  const pause = (paused: boolean) => {
    isPaused = paused
    silence.forgive()
  }
  const portChanged = (isOpen: boolean) => {
    closedAtMs = isOpen ? undefined : host.monotonicMs()
  }
  const stop = () => {
    clearInterval(timer)
    ready.reject(new Error('the guest ended before its agent served commands'))
  }
  void link.closed.then(stop)
  return { link, ready: ready.promise, stop, pause, portChanged }
}

/** How long a peer that is asked in regular turns has not answered. */
export interface SilenceMeter {
  /** In each turn; `heardAtMs` is when the peer was last heard. Answers with the silence so far. */
  turn(nowMs: number, heardAtMs: number): number
  /** It may be silent for a while, or was until now. */
  forgive(): void
}

/** Turns that come late (Ctrl-Z, an overloaded host) count as two: time in which no ping was sent does not count as silence. */
export function silenceMeter(options: { readonly everyMs: number; readonly startMs: number }): SilenceMeter {
  let silentMs = 0
  let lastMs = options.startMs
  return {
    turn(nowMs, heardAtMs) {
      silentMs = heardAtMs > lastMs ? 0 : silentMs + Math.min(nowMs - lastMs, 2 * options.everyMs)
      lastMs = nowMs
      return Math.round(silentMs)
    },
    forgive() {
      silentMs = 0
    },
  }
}
