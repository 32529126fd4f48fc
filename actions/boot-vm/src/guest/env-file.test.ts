import { expect, it } from 'vitest'
import { envFileNames } from './env-file.ts'

it.each([
  ['', []],
  ['A=1\nB=2\n', ['A', 'B']],
  ['A=1<<2\n', ['A']],
  ['A<<END\nSECRET=1\nEND\nB=2\n', ['A', 'B']],
  ['A<<E=F\nX=1\nE=F\nB=', ['A', 'B']],
  ['A<<END\nnever ended: X=1\n', ['A']],
  ['no value\n=1\n', []],
])('names in %j', (text, names) => {
  expect(envFileNames(text)).toEqual(names)
})
