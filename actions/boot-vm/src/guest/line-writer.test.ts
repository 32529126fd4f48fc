import { finished } from 'node:stream/promises'
import { expect, it } from 'vitest'
import { lineWriter } from './line-writer.ts'

async function linesOf(chunks: readonly (string | Uint8Array)[]): Promise<readonly string[]> {
  const lines: string[] = []
  const stream = lineWriter((line) => lines.push(line))
  for (const chunk of chunks) stream.write(chunk)
  await finished(stream.end())
  return lines
}

it('gives whole lines, whatever the pieces, and the rest at the end', async () => {
  expect(await linesOf(['a', 'b\nc\r\n\n', 'd'])).toEqual(['ab', 'c', '', 'd'])
})

it('keeps characters whole that were cut', async () => {
  const bytes = Buffer.from('🐧\n')
  expect(await linesOf([bytes.subarray(0, 2), bytes.subarray(2)])).toEqual(['🐧'])
})

it('does not gather a line without an end forever', async () => {
  const lines = await linesOf(Array.from({ length: 5 }, () => 'x'.repeat(50_000)))
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.join('')).toBe('x'.repeat(250_000))
})
