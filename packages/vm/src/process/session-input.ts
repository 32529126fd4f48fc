import type { Readable } from 'node:stream'
import { frameTypes, streamWindow } from '@kernelkit/core/agent'
import { UserError } from '@kernelkit/core/errors'

// Below the guest's window, so that one chunk never waits for the whole of it.
const inputPieceBytes = 32 * 1024

interface InputContext {
  readonly send: (type: number, data?: Uint8Array) => void
  /** Called once when the stream fails before its end: what was sent until then is a part of the input. */
  readonly onFailed: (error: UserError) => void
}

/** Reads one input stream of a session no faster than the guest takes it. */
export function createInput(from: Readable, { send, onFailed }: InputContext) {
  let credit = streamWindow
  let waiting: Uint8Array[] = []
  let ended = false
  let eofSent = false
  let stopped = false
  let failed = false
  const pump = () => {
    if (stopped || failed) return
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
  const fail = (cause: unknown) => {
    if (stopped || failed || ended) return
    failed = true
    onFailed(inputFailed(cause))
  }
  const onData = (chunk: unknown) => {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
    if (!(bytes instanceof Uint8Array)) return fail(new TypeError(`it gave a value that is not text or bytes (${typeof chunk})`))
    waiting.push(bytes)
    from.pause()
    pump()
  }
  const onEnd = () => {
    ended = true
    pump()
  }
  // Before its end was read: some of it is missing.
  const onClose = () => fail(from.errored ?? new Error('it was closed before its end'))
  // From now on: a file that cannot be opened fails before the guest is ready.
  from.on('error', fail)
  from.on('close', onClose)
  if (from.destroyed && !from.readableEnded) queueMicrotask(onClose)
  return {
    start() {
      if (stopped || failed) return
      from.on('data', onData)
      from.on('end', onEnd)
      if (from.readableEnded) onEnd()
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
      from.off('close', onClose)
      from.pause()
      // The listener for errors stays: nothing else may listen to a stream that fails later.
    },
  }
}

function inputFailed(cause: unknown): UserError {
  if (cause instanceof UserError) return cause
  return new UserError('STDIN_FAILED', `stdin cannot be read to its end: ${cause instanceof Error ? cause.message : String(cause)}.`, {
    hint: 'Pass a file or stream that can be read to its end.',
    cause,
  })
}
