import { describe, expect, it } from 'vitest'
import { parseBaseline } from './parse-baseline.ts'

describe('a file of known failures', () => {
  it('is read with the line of each entry', () => {
    const text = '# known\n- { test: [a, b], kernel: "debian:11", reason: no BTF, until: 2030-01-31 }\n'
    expect(parseBaseline(text, 'known.yaml')).toEqual([
      { values: { test: ['a', 'b'], kernel: ['debian:11'] }, reason: 'no BTF', until: '2030-01-31', line: 2 },
    ])
    expect(parseBaseline('', 'known.yaml')).toEqual([])
  })

  it.each([
    ['- { test: a, until: 2030-01-31 }', 'a known failure has no reason'],
    ['- { test: a, reason: b }', 'a known failure has no last day'],
    ['- { test: a, reason: b, until: 2030-02-30 }', "until '2030-02-30' is not a day"],
    ['- { test: a, reason: b, until: soon }', "until 'soon' is not a day"],
    ['- { reason: b, until: 2030-01-31 }', 'names no test, kernel, config, root'],
    ['- { tests: a, reason: b, until: 2030-01-31 }', "'tests' is not known"],
    ['- { test: a, reason: b, untill: 2030-01-31 }', "'untill' is not known in [0]."],
    ['test: a', 'it takes a list of known failures'],
  ])('is refused: %s', (text, message) => {
    expect(() => parseBaseline(text, 'known.yaml')).toThrow(message)
  })

  it('names all keys of an entry when one is not known', () => {
    expect(() => parseBaseline('- { foo: a, reason: b, until: 2030-01-31 }', 'known.yaml')).toThrow(
      expect.objectContaining({ parts: expect.objectContaining({ hint: 'Allowed: test, kernel, config, root, reason, until.' }) }) as Error,
    )
  })
})
