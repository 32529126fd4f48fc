import { describe, expect, it } from 'vitest'
import { pickCells } from './choose-cells.ts'

const none = { config: undefined, root: undefined, allowFail: false } as const
const cells = [
  { test: 'a', kernel: undefined, ...none },
  { test: 'b', kernel: undefined, ...none },
  { test: 'b', kernel: 'debian:12/cloud', ...none },
]

describe('--cell', () => {
  it('picks tests without a matrix by their names, and cells by theirs, in the order of the file', () => {
    expect(pickCells(cells, ['b@debian:12/cloud', 'a'])).toEqual([cells[0], cells[2]])
    expect(pickCells(cells, [])).toEqual(cells)
  })

  it('is refused with the nearest name when there is no such cell', () => {
    expect(() => pickCells(cells, ['b@debian:12/clod'])).toThrow(
      expect.objectContaining({ code: 'BAD_MATRIX', details: { seen: 'b@debian:12/clod', cells: 3 } }),
    )
  })
})
