import { expect, it } from 'vitest'
import { comparisonDocument, renderComparison } from './comparison-lines.ts'

const entry = { line: 3, reason: 'why', until: '2030-01-01' }
const names = ['ver@debian:11', 'ver@debian:12']
const shown = (...novelties: readonly ('known' | 'fixed' | 'good')[]) => ({
  cells: novelties.map((novelty) => ({ novelty, entry })),
  unmatched: [{ ...entry, line: 9 }],
  expired: [],
})

it.each([
  ['no cell needs any more', shown('good', 'fixed'), true, 'fixed: ver@debian:12: remove known.yaml:3'],
  [
    'another cell needs',
    shown('known', 'fixed'),
    true,
    'fixed: ver@debian:12: known.yaml:3 is still needed for another one, and can be narrowed',
  ],
  ['cells elsewhere may need', shown('good', 'fixed'), false, 'fixed: ver@debian:12: known.yaml:3, unless another one needs it'],
])('the advice about an entry that %s does not break the next run', (_what, comparison, isWhole, line) => {
  const lines = renderComparison(comparison, names, { file: 'known.yaml', isWhole })
  expect(lines.filter((one) => one.startsWith('fixed'))).toEqual([line])
  expect(lines.filter((one) => one.startsWith('never met'))).toHaveLength(isWhole ? 1 : 0)
  expect(comparisonDocument(comparison, names, { isWhole })).toMatchObject({ neverMet: isWhole ? [{ line: 9 }] : [] })
})
