import { describe, expect, it } from 'vitest'
import { parseFragment } from './config-text.ts'
import { mergeRequests, overruledRequests } from './request.ts'
import { presetRequests } from './fragments/presets.ts'
import { parseArch } from '../arch/index.ts'

describe('requests for one symbol', () => {
  const first = parseFragment('A=y\nB=m\nC="x"\n', { name: 'first' })
  const second = parseFragment('A=n\nB=m\nC="y"\nSMP=n\n', { name: 'second' })

  it('are won by the last one', () => {
    expect(mergeRequests([...first, ...second]).map(({ origin }) => origin.where)).toEqual(['second:1', 'second:2', 'second:3', 'second:4'])
  })

  it("are reported when both are the user's and differ", () => {
    const all = [...presetRequests('minimal', parseArch('x86_64')), ...first, ...second]
    expect(overruledRequests(all).map(({ request, by }) => [request.origin.where, by.origin.where])).toEqual([
      ['first:1', 'second:1'],
      ['first:3', 'second:3'],
    ])
  })
})
