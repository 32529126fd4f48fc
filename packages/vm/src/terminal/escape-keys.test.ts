import { expect, it } from 'vitest'
import { createKeyReader } from './escape-keys.ts'

function read(...chunks: readonly string[]): readonly string[] {
  const reader = createKeyReader()
  return chunks.flatMap((chunk) =>
    reader(Buffer.from(chunk, 'latin1')).map((action) =>
      action.kind === 'data' ? JSON.stringify(action.data.toString('latin1')) : action.command,
    ),
  )
}

it.each([
  [['ls\r'], ['"ls\\r"']],
  [['\x01x'], ['end']],
  [['ab\x01ccd'], ['"ab"', 'toggle', '"cd"']],
  [
    ['a\x01', 'h'],
    ['"a"', 'help'],
  ],
  [['\x01a'], ['"\\u0001"']],
  [['\x01\x01'], ['"\\u0001"']],
  [['\x01z'], ['"\\u0001z"']],
  [
    ['\x01', '\x01', 'q'],
    ['"\\u0001"', '"q"'],
  ],
])('reads %j as %j', (chunks, expected) => {
  expect(read(...chunks)).toEqual(expected)
})
