import { expect, it } from 'vitest'
import { readEnvFile, writeEnvFile } from './env-file.ts'

it.each<[string, readonly (readonly [string, string])[]]>([
  ['', []],
  [
    'A=1\nB=2\n',
    [
      ['A', '1'],
      ['B', '2'],
    ],
  ],
  ['A=1<<2\n', [['A', '1<<2']]],
  [
    'A<<END\nSECRET=1\nEND\nB=2\n',
    [
      ['A', 'SECRET=1'],
      ['B', '2'],
    ],
  ],
  [
    'A<<E=F\nX=1\n\nE=F\nB=',
    [
      ['A', 'X=1\n'],
      ['B', ''],
    ],
  ],
  ['A<<END\nnever ended: X=1\n', []],
  ['no value\n=1\n', []],
])('what %j sets', (text, entries) => {
  expect(readEnvFile(text).map(({ name, value }) => [name, value])).toEqual(entries)
})

it('writes values that cannot end their entry', () => {
  const entries = [
    { name: 'A', value: 'x\nEOF\nBASH_ENV=/evil' },
    { name: 'B', value: '' },
  ]
  expect(readEnvFile(writeEnvFile(entries, 'end-0123'))).toEqual(entries)
})
