import type { Readable } from 'node:stream'
import { frameTypes, streamWindow } from '@kernelkit/core/agent'

// Below the guest's window, so that one chunk never waits for the whole of it.
const inputPieceBytes = 32 * 1024

/** Reads one input stream of a session no faster than the guest takes it. */
export function createInput(from: Readable, send: (type: number, data?: Uint8Array) => void) {
  let credit = streamWindow
  let waiting: Uint8Array[] = []
  let ended = false
  let eofSent = false
  let stopped = false
  const pump = () => {
    if (stopped) return
    while (credit > 0 && waiting.length > 0) {
      const [first = new Uint8Array(0)] = waiting
      const piece = first.subarray(0, Math.min(credit, inputPieceBytes))
      send(frameTypes.stdin, piece)
      credit -= piece.length
      if (piece.length === first.length) waiting = waiting.slice(1)
      else waiting[0] = first.subarray(piece.length)
    }
    if (waiting.length > 0) return
    if (!ended) from.resume()
    else if (!eofSent) {
      eofSent = true
      send(frameTypes.stdinEof)
    }
  }
  const onData = (chunk: Buffer | string) => {
    waiting.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
    from.pause()
    pump()
  }
  const onEnd = () => {
    ended = true
    pump()
  }
  return {
    start() {
      if (stopped) return
      from.on('data', onData)
      from.on('end', onEnd)
      from.on('error', onEnd)
      if (from.readableEnded || from.destroyed) onEnd()
    },
    credit(bytes: number) {
      credit += bytes
      pump()
    },
    stop() {
      if (stopped) return
      stopped = true
      waiting = []
      from.off('data', onData)
      from.off('end', onEnd)
      from.off('error', onEnd)
      from.pause()
    },
  }
}
