import { describe, expect, it } from 'vitest'
import { givenOptions } from './given.ts'
import { parseReportSpec } from './report.ts'

const read = (raw: Readonly<Record<string, unknown>>) => parseReportSpec(givenOptions(raw))

describe('parseReportSpec', () => {
  it('decodes nothing unless asked', () => {
    expect(parseReportSpec({})).toEqual({ all: false, vmlinux: undefined, source: undefined, pathMaps: [] })
  })

  it('reads pairs of paths', () => {
    expect(read({ vmlinux: 'vmlinux', source: '.', mapPath: ['/build/a=b', '/src='] })).toEqual({
      all: false,
      vmlinux: 'vmlinux',
      source: '.',
      pathMaps: [
        { from: '/build/a', to: 'b' },
        { from: '/src', to: '' },
      ],
    })
  })

  it.each(['', '/build', '=b', 'a=b=c'])('refuses the pair %j', (mapPath) => {
    expect(() => read({ mapPath: [mapPath] })).toThrow(/--map-path '.*' is not allowed here; it takes FROM=TO/)
  })
})
