/** A piece of a program's output as the engine sends it. */
export interface Frame {
  readonly stream: 'stdout' | 'stderr'
  readonly data: Uint8Array
}

/** Engine API, "Stream format": one byte of stream, three zeros, four bytes of length (big endian), then the data. */
const headerBytes = 8

/**
 * Separates stdout and stderr of a stream without a terminal. A loop rather than dockerode's demuxStream, which
 * writes whether or not its output is read: a disk image would pile up in memory.
 */
export async function* readFrames(source: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  let header = new Uint8Array(0)
  let stream: Frame['stream'] = 'stdout'
  let left = 0
  for await (const chunk of source) {
    let rest: Uint8Array = chunk
    while (rest.length > 0) {
      if (left > 0) {
        const data = rest.subarray(0, left)
        left -= data.length
        rest = rest.subarray(data.length)
        yield { stream, data }
        continue
      }
      const taken = rest.subarray(0, headerBytes - header.length)
      rest = rest.subarray(taken.length)
      header = joined(header, taken)
      if (header.length < headerBytes) continue
      // 0 is stdin's echo, which the engine writes to stdout.
      stream = header[0] === 2 ? 'stderr' : 'stdout'
      left = new DataView(header.buffer).getUint32(4)
      header = new Uint8Array(0)
    }
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
