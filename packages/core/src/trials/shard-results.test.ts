import { describe, expect, it } from 'vitest'
import { mergeShards, parseStoredResults, type StoredResults } from './shard-results.ts'

const cells = ['a', 'b', 'c', 'd']
const stored = (index: number, names: readonly string[], more: Partial<StoredResults> = {}): StoredResults => ({
  format: 1,
  command: 'matrix',
  plan: { digest: 'x', run: '7', cells },
  shard: { index, of: 2 },
  failOnFlaky: false,
  seconds: 1,
  interrupted: false,
  results: names.map((name) => ({ name, verdict: 'pass', mayFail: false, document: {}, suites: [] })),
  ...more,
})
const [one, two] = [
  { directory: 's1', stored: stored(1, ['d', 'a']) },
  { directory: 's2', stored: stored(2, ['b', 'c']) },
]

describe('the results of shards', () => {
  it('are in the order of the plan, wherever they ran', () => {
    const merged = mergeShards([two, one])
    expect(merged.results.map(({ directory, result }) => [directory, result.name])).toEqual([
      ['s1', 'a'],
      ['s2', 'b'],
      ['s2', 'c'],
      ['s1', 'd'],
    ])
    expect(merged).toMatchObject({ lost: [], lostShards: [], of: 2 })
  })

  it('name the lost shard and its cells', () => {
    expect(mergeShards([one])).toMatchObject({ lost: ['b', 'c'], lostShards: [2] })
  })

  it.each<[string, StoredResults, string]>([
    ['of another run', stored(2, ['b', 'c'], { plan: { digest: 'x', run: '8', cells } }), 'one is of job 7, the other of job 8'],
    ['of other tests', stored(2, ['b'], { plan: { digest: 'y', run: '7', cells: ['b'] } }), 'their tests differ'],
    ['divided otherwise', stored(2, ['b'], { shard: { index: 2, of: 3 } }), 'one was divided into 2, the other into 3'],
    ['of another command', stored(2, ['b'], { command: 'test' }), 'one is of kernelkit matrix, the other of kernelkit test'],
    ['twice', stored(1, ['a', 'd']), 's1 and s3 are both shard 1 of 2'],
    ['divided by another history', stored(2, ['a', 'c']), 's1 and s3 both ran a'],
  ])('are refused when they are %s', (_title, other, message) => {
    expect(() => mergeShards([one, { directory: 's3', stored: other }])).toThrow(message)
  })
})

it('what is not such a file is not believed', () => {
  expect(parseStoredResults(JSON.stringify(one.stored))).toEqual(one.stored)
  for (const text of [
    '',
    '[]',
    '{"format":2}',
    JSON.stringify({ ...one.stored, results: [{}] }),
    JSON.stringify({ ...one.stored, plan: 1 }),
  ])
    expect(parseStoredResults(text)).toBeUndefined()
})
