import { describe, expect, it } from 'vitest'
import { formats } from './formats/index.ts'
import { groupFinder } from './format.ts'

describe('groupFinder', () => {
  it.each([
    [/(?<a>x)(y)?(?:z|(?<b>w))/, 'xyz'],
    [/(?<a>x)(y)?(?:z|(?<b>w))/, '..xw'],
    [/[(](?<open>\()\((?<!q)(?=r)(?<rest>.*)/, '(((rest'],
    [/no groups/, 'some no groups'],
    [/(?<a>x)/, 'none'],
  ])('finds with %s in %j what the expression finds', (expression, text) => {
    const found = expression.exec(text)
    expect(groupFinder(expression)(text)).toEqual(found === null ? undefined : { groups: { ...found.groups }, index: found.index })
  })

  it('knows the groups of every format', () => {
    for (const { first } of formats) {
      // An alternative that is empty: every group is there, and empty.
      const any = new RegExp(`${first.source}|`)
      expect([first, Object.keys(groupFinder(any)('')?.groups ?? {})]).toEqual([first, Object.keys(any.exec('')?.groups ?? {})])
    }
  })
})
