import { describe, expect, test } from 'vitest'
import { readJsonLines, StreamError } from './json-lines.ts'

async function* chunks(...parts: readonly (string | Uint8Array)[]) {
  yield* parts
}
const read = async (...parts: readonly (string | Uint8Array)[]) => {
  const objects: unknown[] = []
  for await (const object of readJsonLines(chunks(...parts))) objects.push(object)
  return objects
}

describe('readJsonLines', () => {
  test('readJsonLines joins objects over chunks, takes several from one, and the last one without a newline', async () => {
    expect(await read('{"stream":"a"}\r\n{"str', 'eam":"b"}\n\n{"stream":"c"}\n', '{"aux":{"ID":"d"}}')).toEqual([
      { stream: 'a' },
      { stream: 'b' },
      { stream: 'c' },
      { aux: { ID: 'd' } },
    ])
  })

  test('readJsonLines keeps characters that are split between chunks', async () => {
    const bytes = Buffer.from('{"stream":"grün €"}\n')
    expect(await read(...bytes.map((byte) => byte).reduce<Uint8Array[]>((all, byte) => [...all, Uint8Array.of(byte)], []))).toEqual([
      { stream: 'grün €' },
    ])
  })

  test('readJsonLines throws an error of the engine in the stream, with the status of a failed step', async () => {
    const failed = read('{"stream":"x"}\n', '{"errorDetail":{"code":100,"message":"no"},"error":"the command returned 100\\n"}')
    await expect(failed).rejects.toThrow(StreamError)
    await expect(failed).rejects.toMatchObject({ message: 'the command returned 100', exitCode: 100 })
  })

  test('readJsonLines refuses a stream that broke off', async () => {
    await expect(read('{"stream":"x"}\n{"stre')).rejects.toThrow(/broke off/)
  })
})
