import { Writable } from 'node:stream'

/** The end of what a command has written to a stream. */
export interface SeenEnd {
  readonly text: string
  /** Bytes before it. */
  readonly omitted: number
}

/** A stream whose end is remembered. */
export interface SeenStream {
  /** Passes every byte on unchanged. */
  readonly stream: Writable
  /** Called after the last byte. */
  readonly finish: () => SeenEnd
}

/** The ends of both streams of a command. */
export interface SeenEnds {
  readonly stdout: SeenEnd
  readonly stderr: SeenEnd
}

// Some hundred lines: enough to read why, and little for a report of many tests.
const seenBytes = 16 << 10

/** A stream that is looked at on its way to where it goes. */
export function seenStream(to: Writable): SeenStream {
  let end = Buffer.alloc(0)
  let total = 0
  const stream = new Writable({
    write: (chunk: Uint8Array, _encoding, done) => {
      total += chunk.length
      const last = chunk.subarray(-seenBytes)
      end = Buffer.concat([end.subarray(Math.max(0, end.length + last.length - seenBytes)), last])
      to.write(chunk, done)
    },
  })
  // The reader may close its end: the session ends the command then, as a shell would.
  const onError = (error: Error): void => void stream.destroy(error)
  to.on('error', onError)
  stream.on('error', () => {})
  return {
    stream,
    finish: () => {
      to.off('error', onError)
      if (total <= end.length) return { text: end.toString(), omitted: 0 }
      // It begins with a whole line, as long as it has more than one.
      const newline = end.indexOf('\n')
      const whole = newline >= 0 && newline < end.length - 1 ? end.subarray(newline + 1) : end
      return { text: whole.toString(), omitted: total - whole.length }
    },
  }
}
