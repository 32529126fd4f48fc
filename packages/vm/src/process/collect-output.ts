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

/** Streams to hand to `exec`; their texts are whole when its result is there. */
export function collectOutput(): CollectedOutput {
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  return {
    stdout: collect(out),
    stderr: collect(err),
    bytes: () => ({ stdout: Buffer.concat(out), stderr: Buffer.concat(err) }),
    texts: () => ({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
  }
}

function collect(chunks: Buffer[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // The chunk is a view of a larger piece that was received: a copy lets go of that.
      chunks.push(Buffer.from(chunk))
      done()
    },
  })
}
