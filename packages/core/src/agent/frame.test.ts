import { describe, expect, it } from 'vitest'
import { createFrameDecoder, encodeFrame, frameTypes } from './frame.ts'

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
    const decode = createFrameDecoder()
    const seen = []
    for (let at = 0; at < stream.length; at += size)
      seen.push(...decode(stream.subarray(at, at + size)).map((frame) => ({ ...frame, data: Uint8Array.from(frame.data) })))
    expect(seen).toEqual(frames)
  })

  it('holds an incomplete frame back', () => {
    const decode = createFrameDecoder()
    expect(decode(stream.subarray(0, 20))).toHaveLength(1)
    expect(decode(stream.subarray(20, 28))).toEqual([])
    expect(decode(stream.subarray(28, 29))).toEqual([{ type: frameTypes.stdout, session: 7, data: frames[1]?.data }])
  })

  it('refuses bytes that are not a frame instead of waiting for gigabytes', () => {
    expect(() => createFrameDecoder()(new TextEncoder().encode('GET / HTTP/1.1\r\n'))).toThrow(/out of step/)
  })
})
