import { expect, it } from 'vitest'
import { createPacketDecoder, encodePackets } from './packets.ts'

const packets = [new Uint8Array(60).fill(1), new Uint8Array(0), new Uint8Array(1514).fill(2)]

it('reads packets however their bytes are cut', () => {
  const bytes = encodePackets(packets)
  expect(bytes.subarray(0, 5)).toEqual(Uint8Array.of(0, 0, 0, 60, 1))
  for (const size of [1, 3, 4, 100, bytes.length]) {
    const decode = createPacketDecoder()
    const read: Uint8Array[] = []
    for (let at = 0; at < bytes.length; at += size) read.push(...decode(bytes.subarray(at, at + size)))
    expect(read).toEqual(packets)
  }
})

it('refuses a length that no packet has', () => {
  expect(() => createPacketDecoder()(Uint8Array.of(0, 2, 0, 0))).toThrow('a packet of 131072 bytes')
})
