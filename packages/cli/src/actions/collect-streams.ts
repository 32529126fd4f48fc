import { Writable } from 'node:stream'

/** Two streams kept in memory, for the JSON document of a command whose output is a few lines. */
export function collectStreams() {
  const [out, err]: [Buffer[], Buffer[]] = [[], []]
  return {
    stdout: collect(out),
    stderr: collect(err),
    texts: () => ({ stdout: Buffer.concat(out).toString(), stderr: Buffer.concat(err).toString() }),
  }
}

function collect(chunks: Buffer[]): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      // The chunk is a view of what was received: kept beyond this call it must be a copy.
      chunks.push(Buffer.from(chunk))
      done()
    },
  })
}
