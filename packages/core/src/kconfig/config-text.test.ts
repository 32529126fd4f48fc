import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { isMet, parseAssignment, parseDotConfig, parseFragment, renderFragment } from './config-text.ts'
import type { ConfigRequest, ConfigValue } from './request.ts'

const command = { kind: 'command', where: '--config' } as const
const asked = (text: string): ConfigRequest => {
  const request = parseAssignment(text, command)
  if (request === undefined) throw new Error(`not an assignment: ${text}`)
  return request
}

describe('parseAssignment', () => {
  it.each<[string, string, ConfigValue, boolean]>([
    ['X=y', 'X', { kind: 'tristate', value: 'y' }, false],
    ['CONFIG_X=m', 'X', { kind: 'tristate', value: 'm' }, false],
    ['X=n', 'X', { kind: 'tristate', value: 'n' }, false],
    ['-X', 'X', { kind: 'tristate', value: 'n' }, false],
    ['-CONFIG_9P_FS', '9P_FS', { kind: 'tristate', value: 'n' }, false],
    ['X=y?', 'X', { kind: 'tristate', value: 'y' }, true],
    ['X=-1', 'X', { kind: 'number', value: '-1' }, false],
    ['X=0x1F', 'X', { kind: 'number', value: '0x1F' }, false],
    ['X="a \\"b\\" # c"', 'X', { kind: 'string', value: 'a "b" # c' }, false],
    ['X=y # for tests', 'X', { kind: 'tristate', value: 'y' }, false],
  ])('reads %s', (text, symbol, value, optional) => {
    expect(parseAssignment(text, command)).toEqual({ symbol, value, optional, origin: command })
  })

  it.each(['X', 'minimal', 'X=maybe', 'X="open', './x.config', 'a-b=y'])('leaves %s alone', (text) => {
    expect(parseAssignment(text, command)).toBeUndefined()
  })
})

describe('parseFragment', () => {
  it('keeps the file and line of each option', () => {
    const requests = parseFragment('# comment\nCONFIG_A=y\n\n# CONFIG_B is not set\n  C="x"\n', { name: 'net/config' })
    expect(requests.map(({ symbol, value, origin }) => [symbol, value.value, origin.where])).toEqual([
      ['A', 'y', 'net/config:2'],
      ['B', 'n', 'net/config:4'],
      ['C', 'x', 'net/config:5'],
    ])
  })

  it('reports every line that it does not understand at once', () => {
    const parse = () => parseFragment('CONFIG_A=y\nwhat is this\nCONFIG_B=perhaps\n', { name: 'f' })
    expect(parse).toThrow(UserError)
    expect(parse).toThrow(/f:2: what is this\n {2}f:3: CONFIG_B=perhaps/)
  })
})

describe('rendering', () => {
  it('writes what kconfig reads, with m as y while modules are off', () => {
    const requests = ['A=y', 'B=m', '-C', 'D="a\\"b"', 'E=0x10'].map(asked)
    expect(renderFragment(requests, { modules: false })).toBe(
      'CONFIG_A=y\nCONFIG_B=y\n# CONFIG_C is not set\nCONFIG_D="a\\"b"\nCONFIG_E=0x10\n',
    )
    expect(renderFragment(requests, { modules: true })).toContain('CONFIG_B=m\n')
  })
})

describe('isMet', () => {
  const values = parseDotConfig('CONFIG_Y=y\nCONFIG_M=m\n# CONFIG_N is not set\nCONFIG_S="text"\nCONFIG_D=16\nCONFIG_EMPTY=""\n')
  it.each<[string, boolean]>([
    ['Y=y', true],
    ['Y=m', true],
    ['M=y', false],
    ['M=m', true],
    ['N=n', true],
    ['ABSENT=n', true],
    ['N=y', false],
    ['Y=n', false],
    ['S="text"', true],
    ['S="other"', false],
    ['D=0x10', true],
    ['D=17', false],
    ['ABSENT=0', false],
    ['EMPTY=""', true],
  ])('of %s is %s', (text, met) => {
    expect(isMet(asked(text), values)).toBe(met)
  })
})
