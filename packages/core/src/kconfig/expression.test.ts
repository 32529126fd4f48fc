import { describe, expect, it } from 'vitest'
import { evaluate, parseExpression, renderExpression } from './expression.ts'

const values: Readonly<Record<string, string>> = { A: 'y', B: 'n', M: 'm', V: '12', MODULES: 'y', S: '"gcc 12"' }
const valueOf = (symbol: string) => values[symbol]

describe('expressions', () => {
  it.each<[string, 0 | 1 | 2 | undefined]>([
    ['A', 2],
    ['B', 0],
    ['M', 1],
    ['UNKNOWN', 0],
    ['!M', 1],
    ['!A', 0],
    ['A && M', 1],
    ['B || M', 1],
    ['A && (B || M)', 1],
    ['!(A && B)', 2],
    ['A || B && B', 2],
    ['M=n', 0],
    ['M!=n', 2],
    ['V >= 12', 2],
    ['V < 9', 0],
    ['S = "gcc 12"', 2],
    ['y', 2],
    ['m', 1],
    ['$(cc-option,-fx)', undefined],
    ['B && $(success,test (a))', 0],
    ['A && $(success,test (a))', undefined],
    ['A || $(success,true)', 2],
  ])('evaluates %s to %s', (text, expected) => {
    expect(evaluate(parseExpression(text).expression, valueOf)).toBe(expected)
  })

  it('takes m as n without modules, as kconfig does', () => {
    expect(evaluate(parseExpression('m').expression, () => undefined)).toBe(0)
  })

  it('separates the condition after if', () => {
    const { expression, condition } = parseExpression('NET && !INET if EXPERT || B # remark')
    expect(renderExpression(expression)).toBe('NET && !INET')
    expect(condition === undefined ? '' : renderExpression(condition)).toBe('EXPERT || B')
  })
})
