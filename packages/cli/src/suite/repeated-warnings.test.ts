import { expect, it } from 'vitest'
import { repeatedWarnings } from './repeated-warnings.ts'

it('a warning that many tests have is printed once, with the first of them, and at the end with how many others had it', () => {
  const lines: string[] = []
  const warnings = repeatedWarnings({ warn: (text) => void lines.push(text) })
  warnings.warn('a', 'slow')
  warnings.warn('a', 'slow')
  warnings.warn('b', 'slow')
  warnings.warn('b', 'odd')
  warnings.warn('c', 'slow')
  expect(lines).toEqual(['a: slow', 'b: odd'])
  warnings.end()
  expect(lines.slice(2)).toEqual(['the same for 2 more: slow'])
})
