import { describe, expect, it } from 'vitest'
import { formatAge, formatBytes } from './quantities.ts'
import { formatTable } from './table.ts'

describe('formatTable', () => {
  it('aligns columns and leaves out empty ones', () => {
    expect(
      formatTable(
        ['kind', 'none', 'size'],
        [
          ['kernel', '', '5 MiB'],
          ['image', '', '203 MiB'],
        ],
      ),
    ).toBe('kind    size\nkernel  5 MiB\nimage   203 MiB')
  })
})

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.5 KiB'],
    [203 * 2 ** 20, '203 MiB'],
    [1.44 * 2 ** 30, '1.4 GiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [120_000, '2 min'],
    [3 * 86_400_000, '3 d'],
  ])('%d ms are %s', (ms, text) => expect(formatAge(ms)).toBe(text))
})
