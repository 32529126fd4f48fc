import type { Duplex } from 'node:stream'
import { createFrameDecoder, decodeCredit, encodeFrame, FrameError, frameTypes, streamWindow, type Frame } from '@kernelkit/core/agent'

/** One conversation over the link: a command in the guest, or a client's command passed through. */
export interface AgentSession {
  readonly id: number
  send(type: number, data?: Uint8Array): void
  /** Frames for it are dropped from now on. */
  release(): void
}

/** Frames to and from one peer: the guest's agent, or the VM host process seen from a client. */
export interface AgentLink {
  /** `onClosed` is called when the peer goes away while the session is open, or soon when it has gone already. */
  open(onFrame: (frame: Frame) => void, onClosed: () => void): AgentSession
  /** Frames that concern the whole guest (session 0). */
  send(type: number, data?: Uint8Array): void
  /** Milliseconds of the monotonic clock when the peer was last heard. */
  heardAtMs(): number
  readonly closed: Promise<void>
  /** Its sessions have no end any more, and neither have new ones; the peer itself may still be asked. */
  endSessions(): void
  /** The peer does not keep to the protocol: nothing more of it is believed. */
  breakOff(why: string): void
  /** Closes our end: a guest without a host powers itself off. */
  disconnect(): void
}

interface OpenSession {
  readonly onFrame: (frame: Frame) => void
  readonly onClosed: () => void
  /** Bytes that the peer may still send. */
  readonly credit: { stdout: number; stderr: number }
  /** The end of the command, until the peer has confirmed it. */
  end?: Frame
}

/** What a kernel logs, for its console. */
export interface KernelLog {
  take(records: Uint8Array): void
  /** The console shows what was taken; undefined: it does now. */
  shown(): Promise<void> | undefined
}

export interface AgentLinkOptions {
  readonly channel: Duplex
  readonly monotonicMs: () => number
  readonly onGuestFrame: (frame: Frame) => void
  /** Largest frame that the peer may send. */
  readonly maxBytes: number
  /** The peer is asked whether a command whose end it has sent is still running. */
  readonly confirmEnds?: boolean
  /** Takes what the kernel logs while commands run. The end of a command is passed on when all of it is shown. */
  readonly kernelLog?: KernelLog
  /** The peer did not keep to the protocol: the link is closed, and this says why. */
  readonly onBroken?: (why: string) => void
}

// Above what a peer that keeps to the protocol can be sent: 256 commands with a full window of stdin each, and as much again.
const mostUnsentBytes = 2 * 256 * streamWindow

export function createAgentLink(options: AgentLinkOptions): AgentLink {
  const { channel } = options
  const sessions = new Map<number, OpenSession>()
  const decode = createFrameDecoder(options.maxBytes)
  const closed = Promise.withResolvers<void>()
  let nextId = 1
  let isClosed = false
  let takesSessions = true
  let heardAtMs = options.monotonicMs()

  const send = (type: number, session: number, data?: Uint8Array) => {
    if (channel.destroyed || !channel.writable) return
    channel.write(encodeFrame(type, session, data))
    if (channel.writableLength > mostUnsentBytes) breakOff('it takes nothing of what it asks for')
  }
  const breakOff = (why: string) => {
    if (isClosed) return
    options.onBroken?.(why)
    // The end reaches every session.
    close()
    channel.destroy()
  }
  const take = (frame: Frame) => {
    if (frame.session === 0) return options.onGuestFrame(frame)
    const session = sessions.get(frame.session)
    if (session === undefined) return
    if (frame.type === frameTypes.stdout || frame.type === frameTypes.stderr) {
      const stream = frame.type === frameTypes.stdout ? 'stdout' : 'stderr'
      session.credit[stream] -= frame.data.length
      if (session.credit[stream] < 0) throw new FrameError(`more ${stream} than it has credit for`)
      if (session.end !== undefined) throw new FrameError(`${stream} of a command whose end it has sent`)
    }
    if (frame.type === frameTypes.credit) decodeCredit(frame.data)
    if (frame.type === frameTypes.kernelLog) return options.kernelLog?.take(frame.data)
    if (options.confirmEnds === true && frame.type === frameTypes.exit) {
      session.end = frame
      return send(frameTypes.ping, frame.session)
    }
    if (frame.type !== frameTypes.pong || session.end === undefined) return session.onFrame(frame)
    if (frame.data[0] === 1) throw new FrameError('the end of a command of which it says that it is still running')
    passEnd(session, session.end)
  }
  const passEnd = ({ onFrame }: OpenSession, end: Frame) => {
    const shown = options.kernelLog?.shown()
    const pass = () => onFrame(end)
    if (shown === undefined) pass()
    else void shown.then(pass, () => breakOff('what its kernel has logged is not known'))
  }
  channel.on('data', (chunk: Buffer) => {
    heardAtMs = options.monotonicMs()
    try {
      for (const frame of decode(chunk)) {
        if (isClosed) return
        take(frame)
      }
    } catch (error) {
      if (!(error instanceof FrameError)) throw error
      breakOff(error.message)
    }
  })
  const endSessions = () => {
    takesSessions = false
    for (const { onClosed } of sessions.values()) onClosed()
    sessions.clear()
  }
  const close = () => {
    if (isClosed) return
    isClosed = true
    endSessions()
    closed.resolve()
  }
  channel.on('close', close)
  channel.on('end', close)
  channel.on('error', close)

  return {
    open(onFrame, onClosed) {
      const id = nextId++
      const credit = { stdout: streamWindow, stderr: streamWindow }
      // The caller has its session before it hears that there is no peer.
      if (!takesSessions) queueMicrotask(onClosed)
      else sessions.set(id, { onFrame, onClosed, credit })
      return {
        id,
        send: (type, data) => {
          if (type === frameTypes.credit && data !== undefined) grant(credit, data)
          send(type, id, data)
        },
        release: () => void sessions.delete(id),
      }
    },
    send: (type, data) => send(type, 0, data),
    heardAtMs: () => heardAtMs,
    endSessions,
    breakOff,
    closed: closed.promise,
    disconnect: () => void channel.destroy(),
  }
}

function grant(credit: OpenSession['credit'], data: Uint8Array): void {
  const { stream, bytes } = decodeCredit(data)
  if (stream !== 'stdin') credit[stream] += bytes
}
