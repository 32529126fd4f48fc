import { describe, expect, it } from 'vitest'
import { assignShards } from './shards.ts'

const items = (seconds: readonly (number | undefined)[]) => seconds.map((one, index) => ({ name: `t${index}`, seconds: one }))
const partsOf = (...args: Parameters<typeof assignShards>) => Object.fromEntries(assignShards(...args))

describe('shards', () => {
  it('are balanced by the seconds', () => {
    expect(partsOf(items([9, 5, 4, 1]), 2)).toEqual({ t0: 1, t1: 2, t2: 2, t3: 1 })
  })

  it('take what never ran as the mean, and spread it', () => {
    const parts = Object.values(partsOf(items([undefined, undefined, undefined, undefined]), 2))
    expect([1, 2].map((part) => parts.filter((one) => one === part).length)).toEqual([2, 2])
  })

  it('do not depend on the order of the items', () => {
    const some = items([3, 3, 2, undefined, 8, 1])
    expect(partsOf(some.toReversed(), 3)).toEqual(partsOf(some, 3))
  })

  it('may be empty when there are fewer items than shards', () => {
    expect(new Set(assignShards(items([1, 1]), 5).values()).size).toBe(2)
  })
})
