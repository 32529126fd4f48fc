import { expect, it } from 'vitest'
import { givenOptions } from '../given.ts'
import { parsePlanSpec } from './plan.ts'
import { parseTestsSpec } from './tests.ts'

it.each(['0/2', '3/2', '2', '1/0', '1/257', '-1/2', '1/2/3', 'a/b', '1.5/2'])('a shard that there is not is refused: %s', (shard) => {
  expect(() => parseTestsSpec(givenOptions({ shard }))).toThrow(expect.objectContaining({ code: 'BAD_OPTION' }) as Error)
  expect(() => parseTestsSpec(givenOptions({ shard }))).toThrow(shard)
})

it.each(['0', '257', '-1', 'x'])('a plan is for one shard or more, up to 256: %s', (shards) => {
  expect(() => parsePlanSpec(givenOptions({ shards, for: 'github' }))).toThrow(
    /--shards '.*' is not allowed here; it takes a whole number from 1 to 256/,
  )
})

it('the parts of a run are counted from one', () => {
  expect(parseTestsSpec(givenOptions({ shard: '2/2' })).shard).toEqual({ index: 2, of: 2 })
})
