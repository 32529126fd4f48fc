import { describe, expect, it } from 'vitest'
import { parseFrame, parsePlainFrame } from './frame.ts'

describe('parsePlainFrame', () => {
  it.each([
    [' foo_bar+0x1c/0x2f0', { function: 'foo_bar', offset: 0x1c, size: 0x2f0, reliable: true, inlined: false }],
    [' ? foo.isra.0+0x0/0xffffffff', { function: 'foo.isra.0', offset: 0, size: 0xffff_ffff, reliable: false, inlined: false }],
    ['_x+0xffffffff/0x1 ', { function: '_x', offset: 0xffff_ffff, size: 1, reliable: true, inlined: false }],
    ['\tfoo+0x1/0x123456789', { function: 'foo', offset: 1, size: 0x1_2345_6789, reliable: true, inlined: false }],
    [' foo+0x1/0x2 [frob]', { function: 'foo', offset: 1, size: 2, reliable: true, inlined: false, module: 'frob' }],
    [
      ' [<ffffffff81000000>] ? foo+0x1/0x2 [frob_b] drivers/./frob/a.c:12',
      { function: 'foo', offset: 1, size: 2, reliable: false, inlined: false, module: 'frob_b', source: 'drivers/frob/a.c', line: 12 },
    ],
  ])('reads %j', (text, frame) => {
    expect(parsePlainFrame(text)).toEqual(frame)
    expect(parseFrame(text)).toEqual(frame)
  })

  it.each([
    ' foo+0x/0x2',
    ' foo+0x1/0x',
    ' foo+0x1/2',
    ' foo+0x1',
    ' 1foo+0x1/0x2',
    ' .foo+0x1/0x2',
    ' +0x1/0x2',
    ' foo bar+0x1/0x2',
    ' foo+0x1/0x2 more',
    ' foo+0xG/0x2',
    ' ?foo+0x1/0x2',
  ])('leaves %j to others', (text) => {
    expect(parsePlainFrame(text)).toBeUndefined()
  })
})
