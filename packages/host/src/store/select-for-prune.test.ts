import { describe, expect, it } from 'vitest'
import { selectForPrune } from './select-for-prune.ts'
import type { StoreItem } from './store-items.ts'

const now = 1_000_000_000
const item = (name: string, options: Partial<StoreItem>): StoreItem => ({
  kind: 'kernel',
  name,
  path: `/s/${name}`,
  bytes: 10,
  usedAtMs: now,
  label: undefined,
  entry: undefined,
  inUse: undefined,
  ...options,
})
const items = [
  item('new', { usedAtMs: now - 1 }),
  item('old', { usedAtMs: now - 1000 }),
  item('older', { usedAtMs: now - 2000, kind: 'image' }),
  item('busy', { usedAtMs: now - 3000, inUse: 'a process uses it' }),
  item('.', { usedAtMs: now - 9000, kind: 'ccache' }),
]
const none = { all: false, kinds: [], olderThanMs: undefined, maxBytes: undefined }
const names = (list: readonly StoreItem[]): readonly string[] => list.map(({ name }) => name)

describe('selectForPrune', () => {
  it.each([
    ['what was not used for a time', { olderThanMs: 500 }, ['old', 'older'], ['busy']],
    ['everything, the compiler cache too', { all: true }, ['new', 'old', 'older', '.'], ['busy']],
    ['one kind only', { all: true, kinds: ['image'] }, ['older'], []],
    ['the compiler cache when it is named', { olderThanMs: 500, kinds: ['ccache'] }, ['.'], []],
    ['the least recently used until the rest fits', { maxBytes: 25 }, ['old', 'older'], ['busy']],
  ])('selectForPrune takes %s', (_title, spec, removed, kept) => {
    const choice = selectForPrune(items, { ...none, ...spec }, now)
    expect([names(choice.remove), names(choice.kept)]).toEqual([removed, kept])
  })
})
