import { expect, it } from 'vitest'
import { parseSparseMap } from './sparse-entry.ts'

const padded = (text: string, blocks: number): Buffer =>
  Buffer.concat([Buffer.from(text), Buffer.alloc(blocks * 512)]).subarray(0, blocks * 512)

it('parseSparseMap reads the pieces of a sparse file and the start of its data', () => {
  expect(parseSparseMap(Buffer.concat([padded('2\n0\n512\n4096\n100\n', 1), Buffer.from('data')]))).toEqual({
    extents: [
      { offset: 0, length: 512 },
      { offset: 4096, length: 100 },
    ],
    bytes: 512,
  })
})

it('parseSparseMap waits for an incomplete map, and for its padding', () => {
  const pairs = Array.from({ length: 100 }, (_, index) => `${index * 1_000_000}\n4096\n`).join('')
  const whole = padded(`100\n${pairs}`, 3)
  const parsed = parseSparseMap(whole)
  expect([parsed?.bytes, parsed?.extents.length, parsed?.extents[99]]).toEqual([1536, 100, { offset: 99_000_000, length: 4096 }])
  for (const length of [1, 600, whole.indexOf(0) - 1, 1535]) expect(parseSparseMap(whole.subarray(0, length))).toBeUndefined()
})

it('parseSparseMap refuses bytes that are not a map', () => {
  expect(() => parseSparseMap(padded('ELF\n', 1))).toThrow(/not a map/)
})
