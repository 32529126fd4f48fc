import { describe, expect, it } from 'vitest'
import { parsePathFile, parseValueFile } from './command-files.ts'

describe('parseValueFile', () => {
  it.each([
    ['a=b\n', { a: 'b' }],
    ['a=b=c', { a: 'b=c' }],
    ['a=x<<y\n', { a: 'x<<y' }],
    ['\na=\n\n', { a: '' }],
    ['a<<END\none\n\ntwo=2\nEND\nb=3\n', { a: 'one\n\ntwo=2', b: '3' }],
    ['a<<END\nEND\n', { a: '' }],
    ['a=1\r\n', { a: '1\r' }],
  ])('of %j is %j', (text, expected) => {
    expect(parseValueFile(text)).toEqual(expected)
  })

  it.each(['word\n', '<<END\nx\nEND\n', 'a<<\nx\n', 'a<<END\nx\n', 'a<<END\nx\n END\n'])('refuses %j', (text) => {
    expect(() => parseValueFile(text)).toThrow(/Invalid/)
  })
})

it('parsePathFile reads one directory a line', () => {
  expect(parsePathFile('/a b\n\n/c')).toEqual(['/a b', '/c'])
})
