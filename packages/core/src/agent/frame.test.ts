import { describe, expect, it } from 'vitest'
import { createFrameDecoder, encodeFrame, FrameError, frameTypes, maxFrameBytes, maxGuestFrameBytes } from './frame.ts'
import { decodeCredit, decodeExit, decodeHello } from './messages.ts'

const frames = [
  { type: frameTypes.ping, session: 0, data: new Uint8Array(0) },
  { type: frameTypes.stdout, session: 7, data: Uint8Array.from([0, 1, 255, 10, 13]) },
  { type: frameTypes.stdin, session: 0xfffffffe, data: new Uint8Array(100_000).fill(3) },
]
const stream = Uint8Array.from(frames.flatMap(({ type, session, data }) => [...encodeFrame(type, session, data)]))

describe('a frame', () => {
  it('has a header of twelve bytes: length, type, mark, session', () => {
    expect([...encodeFrame(frameTypes.kill, 0x01020304, Uint8Array.from([9, 0, 0, 0]))]).toEqual([
      4, 0, 0, 0, 20, 0, 0x6b, 0x4b, 4, 3, 2, 1, 9, 0, 0, 0,
    ])
  })
})

describe('the decoder', () => {
  it.each([1, 2, 5, 11, 12, 13, 4096, stream.length])('gives the same frames from pieces of %i bytes', (size) => {
    const decode = createFrameDecoder(maxFrameBytes)
    const seen = []
    for (let at = 0; at < stream.length; at += size)
      seen.push(...decode(stream.subarray(at, at + size)).map((frame) => ({ ...frame, data: Uint8Array.from(frame.data) })))
    expect(seen).toEqual(frames)
  })

  it('holds an incomplete frame back', () => {
    const decode = createFrameDecoder(maxFrameBytes)
    expect(decode(stream.subarray(0, 20))).toHaveLength(1)
    expect(decode(stream.subarray(20, 28))).toEqual([])
    expect(decode(stream.subarray(28, 29))).toEqual([{ type: frameTypes.stdout, session: 7, data: frames[1]?.data }])
  })

  it('refuses bytes that are not a frame instead of waiting for gigabytes', () => {
    expect(() => createFrameDecoder(maxFrameBytes)(new TextEncoder().encode('GET / HTTP/1.1\r\n'))).toThrow(FrameError)
  })

  it.each([maxGuestFrameBytes + 1, 2 ** 31, 2 ** 32 - 1])('refuses a frame that claims %i bytes before it keeps any of them', (length) => {
    const header = encodeFrame(frameTypes.stdout, 1)
    new DataView(header.buffer).setUint32(0, length, true)
    expect(() => createFrameDecoder(maxGuestFrameBytes)(header)).toThrow(
      new FrameError(`a frame of ${length} bytes, where 32768 are the most`),
    )
  })
})

/** Bytes by a seed: mulberry32. */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

describe('frames of a hostile guest', () => {
  // KERNELKIT_FUZZ_SEED repeats a run.
  const seed = Number(process.env['KERNELKIT_FUZZ_SEED'] ?? Date.now() % 2 ** 32)

  it(`are decoded, held back or refused, and nothing else happens (seed ${seed})`, () => {
    const next = random(seed)
    const below = (limit: number) => Math.floor(next() * limit)
    const decoders = [decodeExit, decodeHello, decodeCredit]
    for (let turn = 0; turn < 5000; turn++) {
      const data = Uint8Array.from({ length: below(60) }, () => below(256))
      const bytes = encodeFrame(below(70), below(3), data)
      // One byte in four frames is another one.
      if (next() < 0.25) bytes[below(bytes.length)] = below(256)
      const decode = createFrameDecoder(maxGuestFrameBytes)
      const cut = below(bytes.length + 1)
      try {
        const frames = [...decode(bytes.subarray(0, cut)), ...decode(bytes.subarray(cut))]
        for (const frame of frames) expect(frame.data.length).toBeLessThanOrEqual(bytes.length)
      } catch (error) {
        expect(error).toBeInstanceOf(FrameError)
      }
      for (const message of decoders) {
        try {
          message(data)
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError)
        }
      }
    }
  })
})
