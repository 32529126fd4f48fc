import { describe, expect, it } from 'vitest'
import { findEntry } from './cache-entries.ts'

const entries = [
  { id: 1, key: 'kernel-a', version: 'v', sizeBytes: 1 },
  { id: 2, key: 'kernel-b', version: 'v', sizeBytes: 1 },
  { id: 3, key: 'kernel-c', version: 'other', sizeBytes: 1 },
  { id: 4, key: 'kernel-d', version: 'v' },
  { id: 5, key: 'image-a', version: 'v', sizeBytes: 1 },
]
const look = (key: string, ...restoreKeys: readonly string[]) => findEntry(entries, { key, version: 'v', restoreKeys })?.key

describe('findEntry', () => {
  it('prefers the exact key to a newer one, and takes the newest of a prefix', () => {
    expect(look('kernel-a')).toBe('kernel-a')
    expect(look('kernel-')).toBe('kernel-b')
  })

  it('tries restore keys in their order', () => {
    expect(look('none', 'image-', 'kernel-')).toBe('image-a')
    expect(look('none', 'nothing', 'kernel-')).toBe('kernel-b')
  })

  it('knows neither other versions nor uploads that were not finished', () => {
    expect(look('kernel-c')).toBeUndefined()
    expect(look('kernel-d')).toBeUndefined()
  })
})
