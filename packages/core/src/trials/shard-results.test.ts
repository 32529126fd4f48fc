import { describe, expect, it } from 'vitest'
import { mergeComparisons, mergeShards, parseStoredResults, type StoredComparison, type StoredResults } from './shard-results.ts'

const cells = ['a', 'b', 'c', 'd']
const at = cells.map((test) => ({ test, kernel: undefined, config: undefined, root: undefined, allowFail: false }))
const stored = (index: number, names: readonly string[], more: Partial<StoredResults> = {}): StoredResults => ({
  format: 1,
  command: 'matrix',
  plan: { digest: 'x', run: '7', cells, at },
  title: 'project',
  whole: {},
  baseline: null,
  shard: { index, of: 2 },
  failOnFlaky: false,
  interrupted: false,
  results: names.map((name) => ({ name, verdict: 'pass', mayFail: false, document: { verdict: 'pass' }, suites: [], why: '' })),
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
    ['of another run', stored(2, ['b', 'c'], { plan: { digest: 'x', run: '8', cells, at } }), 'one is of job 7, the other of job 8'],
    ['of other tests', stored(2, ['b'], { plan: { digest: 'y', run: '7', cells: ['b'], at } }), 'their tests differ'],
    ['divided otherwise', stored(2, ['b'], { shard: { index: 2, of: 3 } }), 'one was divided into 2, the other into 3'],
    ['of another command', stored(2, ['b'], { command: 'test' }), 'one is of kernelkit matrix, the other of kernelkit test'],
    ['twice', stored(1, ['a', 'd']), 's1 and s3 are both shard 1 of 2'],
    [
      'with another plan',
      stored(2, ['b', 'c'], { plan: { digest: 'x', run: '7', cells: ['a', 'b', 'c'], at: at.slice(1) } }),
      'their plans differ',
    ],
    ['with a result that is not planned', stored(2, ['b', 'e']), 'the results in s3 contradict themselves: e is not in their plan'],
    ['a shard that there is not', stored(-1, ['b']), 'they are shard -1 of 2'],
    [
      'red in their documents alone',
      stored(2, ['b'], {
        results: [{ name: 'b', verdict: 'pass', mayFail: false, document: { verdict: 'fail' }, suites: [], why: '' }],
      }),
      'b is pass, but fail in its document',
    ],
    [
      'excused by nothing',
      stored(2, ['b'], {
        results: [{ name: 'b', verdict: 'fail', mayFail: true, document: { verdict: 'fail' }, suites: [], why: '' }],
      }),
      'b may fail, but neither their plan nor their baseline says so',
    ],
    ['divided by another history', stored(2, ['a', 'c']), 's1 and s3 both ran a'],
  ])('are refused when they are %s', (_title, other, message) => {
    expect(() => mergeShards([one, { directory: 's3', stored: other }])).toThrow(message)
  })
})

it('the baseline of all shards has the answers of each, and an entry that met no cell in any of them', () => {
  const entry = (line: number) => ({ line, reason: 'why', until: '2030-01-01' })
  const compared = (known: number, unmatched: readonly number[]): StoredComparison => ({
    file: 'known.yaml',
    cells: [{ novelty: 'known', entry: entry(known) }, null],
    unmatched: unmatched.map(entry),
    expired: [entry(9)],
  })
  const both = [
    { directory: 's1', stored: stored(1, ['d', 'a'], { baseline: compared(1, [2, 3]) }) },
    { directory: 's2', stored: stored(2, ['b', 'c'], { baseline: compared(2, [1, 3]) }) },
  ]
  const [b, d] = [2, 1].map((line) => ({ novelty: 'known', entry: entry(line) }))
  const whole = { file: 'known.yaml', cells: [null, b, null, d], expired: [entry(9)] }
  expect(mergeComparisons(both, mergeShards(both))).toEqual({ ...whole, unmatched: [entry(3)] })
  const half = both.slice(0, 1)
  expect(mergeComparisons(half, mergeShards(half))).toMatchObject({ cells: [null, d], unmatched: [] })
  expect(mergeComparisons([one], mergeShards([one]))).toBeUndefined()
})

it('what is not such a file is not believed', () => {
  expect(parseStoredResults(JSON.stringify(one.stored))).toEqual(one.stored)
  for (const text of [
    '',
    '[]',
    '{"format":2}',
    JSON.stringify({ ...one.stored, results: [{}] }),
    JSON.stringify({ ...one.stored, plan: 1 }),
    JSON.stringify({ ...one.stored, plan: { ...one.stored.plan, at: [{ test: 1 }] } }),
    JSON.stringify({ ...one.stored, baseline: { file: 'x', cells: [1], unmatched: [], expired: [] } }),
  ])
    expect(parseStoredResults(text)).toBeUndefined()
})
