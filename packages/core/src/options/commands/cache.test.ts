import { describe, expect, it } from 'vitest'
import { parseCacheSpec } from './cache.ts'
import { givenOptions } from '../given.ts'

const day = 24 * 3_600_000

describe('parseCacheSpec', () => {
  it.each([
    [[], {}, { action: 'ls', kinds: [], all: false, olderThanMs: 30 * day, maxBytes: undefined }],
    [['prune'], {}, { action: 'prune', kinds: [], all: false, olderThanMs: 30 * day, maxBytes: undefined }],
    [
      ['prune'],
      { all: true, kind: ['image,kernel'] },
      { action: 'prune', kinds: ['image', 'kernel'], all: true, olderThanMs: undefined, maxBytes: undefined },
    ],
    [['prune'], { maxSize: '10G' }, { action: 'prune', kinds: [], all: false, olderThanMs: undefined, maxBytes: 10 * 2 ** 30 }],
    [['prune'], { olderThan: '2d', maxSize: '1G' }, { action: 'prune', kinds: [], all: false, olderThanMs: 2 * day, maxBytes: 2 ** 30 }],
  ])('reads %j %j', (args, raw, spec) => {
    expect(parseCacheSpec(args, givenOptions(raw))).toEqual(spec)
  })

  it.each([
    [['prun'], {}, 'BAD_OPTION', 'Did you mean `kernelkit cache prune`?'],
    [['ls', 'x'], {}, 'BAD_OPTION', 'Write `kernelkit cache ls` or `kernelkit cache prune`.'],
    [['ls'], { all: true }, 'BAD_OPTION', 'Write `kernelkit cache prune …`.'],
    [['prune'], { all: true, olderThan: '1d' }, 'BAD_OPTION', 'Leave one of them out.'],
    [['prune'], { olderThan: '3' }, 'BAD_DURATION', 'Write for instance --older-than 10s.'],
    [['prune'], { maxSize: '10' }, 'BAD_SIZE', 'Write for instance --max-size 4G.'],
  ])('refuses %j %j', (args, raw, code, hint) => {
    expect(() => parseCacheSpec(args, givenOptions(raw))).toThrow(expect.objectContaining({ code, hint }))
  })
})
