import { expect, it } from 'vitest'
import { renderKeyMaterial } from './key-material.ts'

it('writes one line per fact, so that no value can be taken for another fact', () => {
  expect(
    renderKeyMaterial([
      ['a', '1\nb="2"'],
      ['c', ''],
    ]),
  ).toBe('a="1\\nb=\\"2\\""\nc=""\n')
  expect(
    renderKeyMaterial([
      ['a', '1'],
      ['b', '2'],
    ]),
  ).not.toBe(
    renderKeyMaterial([
      ['b', '2'],
      ['a', '1'],
    ]),
  )
})
