import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { unpackLz4 } from './lz4.ts'

describe('unpackLz4', () => {
  const pack = (content: Buffer): Buffer => execFileSync('lz4', ['-l', '-9', '-c'], { input: content, maxBuffer: 64 << 20 })
  const content = Buffer.concat([
    Buffer.from('a'.repeat(1000)),
    Buffer.from(Array.from({ length: 9_000_000 }, (_, at) => (at * at) >> 7)),
    Buffer.from('the end'),
  ])

  it('unpacks what lz4 -l packed, in several blocks', () => {
    expect(Buffer.from(unpackLz4(pack(content), content.length) ?? []).equals(content)).toBe(true)
  })

  it('refuses what is cut, damaged or of another size', () => {
    const packed = pack(content)
    expect(unpackLz4(packed.subarray(0, 1000), content.length)).toBeUndefined()
    expect(unpackLz4(packed, content.length - 1)).toBeUndefined()
    expect(unpackLz4(packed, content.length + 1)).toBeUndefined()
    expect(unpackLz4(Buffer.from('not lz4 at all'), 10)).toBeUndefined()
  })
})
