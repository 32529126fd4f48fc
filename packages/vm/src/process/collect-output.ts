import { Writable } from 'node:stream'

/** Both streams of a command kept in memory, for output of a few lines. */
export interface CollectedOutput {
  readonly stdout: Writable
  readonly stderr: Writable
  /** What has come so far. */
  texts(): { readonly stdout: string; readonly stderr: string }
  /** The same, byte by byte. */
  bytes(): { readonly stdout: Uint8Array; readonly stderr: Uint8Array }
}

export interface CollectOptions {
  /** What more than this is of both streams is not kept: a guest need not end. Default: everything is kept. */
  readonly limitBytes?: number
  /** Called for the first byte beyond the limit. */
  readonly onExceeded?: () => void
}

/** Streams to hand to `exec`; their texts are whole when its result is there. */
export function collectOutput({ limitBytes = Number.POSITIVE_INFINITY, onExceeded }: CollectOptions = {}): CollectedOutput {
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  let left = limitBytes
  const isKept = (bytes: number): boolean => {
    if (left < 0) return false
    left -= bytes
    if (left < 0) onExceeded?.()
    return left >= 0
  }
  return {
    stdout: collect(out, isKept),
    stderr: collect(err, isKept),
    bytes: () => ({ stdout: Buffer.concat(out), stderr: Buffer.concat(err) }),
    texts: () => ({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
  }
}

function collect(chunks: Buffer[], isKept: (bytes: number) => boolean): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // The chunk is a view of a larger piece that was received: a copy lets go of that.
      if (isKept(chunk.length)) chunks.push(Buffer.from(chunk))
      done()
    },
  })
}
