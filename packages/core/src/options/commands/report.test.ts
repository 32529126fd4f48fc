import { describe, expect, it } from 'vitest'
import { givenOptions } from '../given.ts'
import { parseReportSpec } from './report.ts'

const read = (raw: Readonly<Record<string, unknown>>) => parseReportSpec(givenOptions(raw))

describe('parseReportSpec', () => {
  it('decodes nothing unless asked', () => {
    expect(parseReportSpec({})).toEqual({ all: false, failOn: [], vmlinux: undefined, modules: undefined, source: undefined, pathMaps: [] })
  })

  it('reads pairs of paths', () => {
    expect(read({ vmlinux: 'vmlinux', source: '.', mapPath: ['/build/a=b', '/src='] })).toEqual({
      all: false,
      failOn: [],
      vmlinux: 'vmlinux',
      source: '.',
      pathMaps: [
        { from: '/build/a', to: 'b' },
        { from: '/src', to: '' },
      ],
    })
  })

  it('fails on the kinds that are named, and lists crashes of programs when they are among them', () => {
    expect(read({ failOn: ['kasan,bug', 'oops'] })).toMatchObject({ all: false, failOn: ['kasan', 'bug', 'oops'] })
    expect(read({ failOn: ['userspace-crash'] })).toMatchObject({ all: true })
    expect(() => read({ failOn: ['kasn'] })).toThrow(/--fail-on 'kasn' is not a kind of report/)
    expect(() => read({ failOn: ['bug'], expect: 'file' })).toThrow(/--expect 'file' does not go together with --fail-on/)
  })

  it.each(['', '/build', '=b', 'a=b=c'])('refuses the pair %j', (mapPath) => {
    expect(() => read({ mapPath: [mapPath] })).toThrow(/--map-path '.*' is not allowed here; it takes FROM=TO/)
  })
})
