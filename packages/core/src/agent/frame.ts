/** Frame types; packages/vm/agent/channel.h has the same numbers, docs/agent-protocol.md says what each carries. */
export const frameTypes = {
  // guest to host
  hello: 1,
  ready: 2,
  failed: 3,
  stdout: 4,
  stderr: 5,
  exit: 6,
  pong: 7,
  refused: 8,
  stdinClosed: 9,
  writesLost: 10,
  kernelLog: 11,
  // host to guest
  setup: 16,
  start: 17,
  stdin: 18,
  stdinEof: 19,
  kill: 20,
  resize: 21,
  ping: 22,
  dump: 23,
  shutdown: 24,
  close: 25,
  // both ways
  credit: 32,
  clock: 33,
  // between a client and the VM host process only
  request: 48,
  reply: 49,
  event: 50,
  consoleBytes: 51,
  terminalBytes: 52,
} as const

export interface Frame {
  readonly type: number
  /** 0 for what concerns the whole guest. */
  readonly session: number
  readonly data: Uint8Array
}

/** Version that HELLO carries; another one means that agent and host come from different releases. */
export const protocolVersion = 2

/** Bytes that a stream may carry before its reader gives credit (packages/vm/agent/session.h, WINDOW). */
export const streamWindow = 256 * 1024

/** Largest frame that the guest accepts (packages/vm/agent/channel.h, MAX_FRAME). */
export const maxFrameBytes = 4 * 1024 * 1024

/** Largest frame that the guest sends: its kernel takes 32 KiB per write to a port (packages/vm/agent/channel.h, MAX_DATA). */
export const maxGuestFrameBytes = 32 * 1024

/** The other end does not keep to the protocol: nothing more that it says can be believed. */
export class FrameError extends Error {
  override readonly name = 'FrameError'
}

const headerBytes = 12
// Two fixed bytes in every header: a stream that is out of step is noticed at once.
const mark = 0x4b6b
const nothing = new Uint8Array(0)

/** Header and data as one piece: `u32 length, u16 type, u16 mark, u32 session`, little-endian. */
export function encodeFrame(type: number, session = 0, data: Uint8Array = nothing): Uint8Array {
  const frame = new Uint8Array(headerBytes + data.length)
  const view = new DataView(frame.buffer)
  view.setUint32(0, data.length, true)
  view.setUint16(4, type, true)
  view.setUint16(6, mark, true)
  view.setUint32(8, session, true)
  frame.set(data, headerBytes)
  return frame
}

export type FrameDecoder = (chunk: Uint8Array) => readonly Frame[]

/** Takes bytes as they come and returns the frames that they complete. Throws a FrameError when the bytes are not frames, or one is larger than `maxBytes`. */
export function createFrameDecoder(maxBytes: number): FrameDecoder {
  let pieces: Uint8Array[] = []
  let held = 0
  let wanted = headerBytes
  return (chunk) => {
    pieces.push(chunk)
    held += chunk.length
    // A large frame comes in many pieces: they are joined once, when it is whole.
    if (held < wanted) return []
    const bytes = pieces.length === 1 ? chunk : join(pieces, held)
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    const frames: Frame[] = []
    let at = 0
    wanted = headerBytes
    while (bytes.length - at >= headerBytes) {
      const length = view.getUint32(at, true)
      if (view.getUint16(at + 6, true) !== mark) throw new FrameError('its bytes are not a frame')
      // Before anything is kept for it: the length is only a claim.
      if (length > maxBytes) throw new FrameError(`a frame of ${length} bytes, where ${maxBytes} are the most`)
      if (bytes.length - at < headerBytes + length) {
        wanted = headerBytes + length
        break
      }
      frames.push({
        type: view.getUint16(at + 4, true),
        session: view.getUint32(at + 8, true),
        data: bytes.subarray(at + headerBytes, at + headerBytes + length),
      })
      at += headerBytes + length
    }
    const rest = bytes.subarray(at)
    pieces = rest.length > 0 ? [rest] : []
    held = rest.length
    return frames
  }
}

function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const whole = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    whole.set(piece, at)
    at += piece.length
  }
  return whole
}
