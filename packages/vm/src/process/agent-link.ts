import type { Duplex } from 'node:stream'
import { createFrameDecoder, encodeFrame, type Frame } from '@kernelkit/core/agent'

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
  /** Closes our end: a guest without a host powers itself off. */
  disconnect(): void
}

export function createAgentLink(options: {
  readonly channel: Duplex
  readonly monotonicMs: () => number
  readonly onGuestFrame: (frame: Frame) => void
}): AgentLink {
  const { channel } = options
  const sessions = new Map<number, { readonly onFrame: (frame: Frame) => void; readonly onClosed: () => void }>()
  const decode = createFrameDecoder()
  const closed = Promise.withResolvers<void>()
  let nextId = 1
  let isClosed = false
  let heardAtMs = options.monotonicMs()

  const send = (type: number, session: number, data?: Uint8Array) => {
    if (!channel.destroyed && channel.writable) channel.write(encodeFrame(type, session, data))
  }
  channel.on('data', (chunk: Buffer) => {
    heardAtMs = options.monotonicMs()
    let frames: readonly Frame[]
    try {
      frames = decode(chunk)
    } catch (error) {
      channel.destroy(error instanceof Error ? error : new Error(String(error)))
      return
    }
    for (const frame of frames) {
      if (frame.session === 0) options.onGuestFrame(frame)
      else sessions.get(frame.session)?.onFrame(frame)
    }
  })
  const close = () => {
    isClosed = true
    for (const { onClosed } of sessions.values()) onClosed()
    sessions.clear()
    closed.resolve()
  }
  channel.on('close', close)
  channel.on('end', close)
  channel.on('error', close)

  return {
    open(onFrame, onClosed) {
      const id = nextId++
      // The caller has its session before it hears that there is no peer.
      if (isClosed) queueMicrotask(onClosed)
      else sessions.set(id, { onFrame, onClosed })
      return { id, send: (type, data) => send(type, id, data), release: () => void sessions.delete(id) }
    },
    send: (type, data) => send(type, 0, data),
    heardAtMs: () => heardAtMs,
    closed: closed.promise,
    disconnect: () => void channel.destroy(),
  }
}
