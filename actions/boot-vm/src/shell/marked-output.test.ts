import { finished } from 'node:stream/promises'
import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { markedOutput } from './marked-output.ts'

const mark = 'aabaab0123'

async function passed(chunks: readonly string[]) {
  const pieces: string[] = []
  const to = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      pieces.push(chunk.toString())
      done()
    },
  })
  const { stream, found } = markedOutput(to, mark)
  for (const chunk of chunks) stream.write(Buffer.from(chunk))
  await finished(stream.end(), { readable: false })
  return { text: pieces.join(''), pieces, found: found() }
}

it.each<[readonly string[], string, string | undefined]>([
  [['one\n', `${mark} 12\n`], 'one\n', '12'],
  [[`no newline${mark} -\nlate\n`], 'no newlinelate\n', '-'],
  [['x', 'aab', 'aab', '0123', ' ', '7', '\n', 'y'], 'xy', '7'],
  [['aab', 'aabaab', `0123 9\n`], 'aab', '9'],
  [['aabaab'], 'aabaab', undefined],
  [[`${mark}x\n`], `${mark}x\n`, undefined],
])('%j', async (chunks, text, found) => {
  expect(await passed(chunks)).toMatchObject({ text, found })
})

it('passes on at once what cannot be the mark', async () => {
  expect((await passed(['prompt> ', 'b', 'c'])).pieces).toEqual(['prompt> ', 'b', 'c'])
})
