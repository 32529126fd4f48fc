import { appendFileSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { endFifo, makeFifos, openFifo } from './fifo.ts'
import { nodeHost } from '../node-host.ts'

let directory = ''
let path = ''
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-fifo-'))
  path = join(directory, 'pipe')
  await makeFifos(nodeHost(), [path])
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

async function textOf(socket: AsyncIterable<Buffer>): Promise<string> {
  let text = ''
  for await (const chunk of socket) text += chunk.toString()
  return text
}

it('a pipe gives its reader all that was written, and then the end', async () => {
  const reader = openFifo(path, 'read')
  appendFileSync(path, 'one ')
  appendFileSync(path, 'two')
  endFifo(path)
  expect(await textOf(reader)).toBe('one two')
})

it('endFifo ends a reader whose pipe never had a writer', async () => {
  const reader = openFifo(path, 'read')
  setTimeout(() => endFifo(path), 50)
  expect(await textOf(reader)).toBe('')
})

it('a pipe holds tens of thousands of single bytes until they are read', async () => {
  const writer = openFifo(path, 'write')
  const reader = openFifo(path, 'read').pause()
  for (let count = 0; count < 60_000; count++) writer.write('x')
  await new Promise((resolve) => setTimeout(resolve, 100))
  writer.destroy()
  endFifo(path)
  expect(await textOf(reader)).toHaveLength(60_000)
})

it('makeFifos makes pipes for their owner alone, and reports why it cannot', async () => {
  expect(statSync(path).isFIFO()).toBe(true)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  await expect(makeFifos(nodeHost(), [path])).rejects.toThrow(/no named pipe could be created: .*File exists/)
})
