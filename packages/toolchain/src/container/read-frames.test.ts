import { describe, expect, it } from 'vitest'
import { readFrames, type Frame } from './read-frames.ts'

const frame = (stream: number, text: string): Buffer => {
  const data = Buffer.from(text)
  const header = Buffer.alloc(8)
  header[0] = stream
  header.writeUInt32BE(data.length, 4)
  return Buffer.concat([header, data])
}

/** What comes out when the bytes come in pieces of a size, neighbours of one stream joined. */
async function framesOf(bytes: Buffer, size: number): Promise<readonly string[]> {
  async function* pieces() {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
  }
  const found: Frame[] = []
  for await (const one of readFrames(pieces())) found.push(one)
  const out: [string, Buffer][] = []
  for (const { stream, data } of found) {
    const last = out.at(-1)
    if (last?.[0] === stream) last[1] = Buffer.concat([last[1], data])
    else out.push([stream, Buffer.from(data)])
  }
  return out.map(([stream, data]) => `${stream} ${data.toString()}`)
}

describe('readFrames', () => {
  const bytes = Buffer.concat([frame(1, 'one\n'), frame(2, 'ärger'), frame(1, ''), frame(0, 'x'), frame(1, 'end')])

  it.each([1, 3, 7, 8, 9, 1000])('readFrames separates stdout and stderr when the bytes come in pieces of %d', async (size) => {
    expect(await framesOf(bytes, size)).toEqual(['stdout one\n', 'stderr ärger', 'stdout xend'])
  })

  it('readFrames yields what arrived of a frame that was cut off', async () => {
    expect(await framesOf(frame(2, 'whole').subarray(0, 11), 4)).toEqual(['stderr who'])
  })
})
