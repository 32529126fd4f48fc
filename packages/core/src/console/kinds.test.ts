import { describe, expect, it } from 'vitest'
import { failingKinds, taintedBy } from './kinds.ts'

describe('taintedBy', () => {
  it.each([
    [0, []],
    [1 << 9, ['a warning (W)']],
    [(1 << 7) | (1 << 9), ['an oops (D)', 'a warning (W)']],
    // An out-of-tree module, a KUnit test, a bit above those of 32-bit numbers.
    [(1 << 12) | ((1 << 18) + 2 ** 40), []],
  ])('names the marks of the taint %i', (tainted, said) => {
    expect(taintedBy(tainted, failingKinds)).toEqual(said)
  })

  it('leaves out what is tolerated', () => {
    expect(taintedBy(1 << 9, ['kasan'])).toEqual([])
  })
})
