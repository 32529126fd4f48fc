import { Writable } from 'node:stream'
import { expect, it } from 'vitest'
import { drain } from './drain.ts'

/** A pipe that is full: its reader does not read until `read` is called. */
function fullPipe(): { readonly stream: Writable; readonly read: () => void } {
  const waiting: (() => void)[] = []
  let isRead = false
  const stream = new Writable({ write: (_chunk, _encoding, done) => (isRead ? done() : void waiting.push(done)) })
  stream.write('last words')
  const read = () => {
    isRead = true
    for (const done of waiting) done()
  }
  return { stream, read }
}

it('waits for a slow reader', async () => {
  const { stream, read } = fullPipe()
  let isOver = false
  const over = drain([stream], { isInterrupted: false }).then(() => (isOver = true))
  await new Promise((resolve) => setTimeout(resolve, 700))
  expect(isOver).toBe(false)
  read()
  await over
})

it('does not wait for a reader that never reads when the command was interrupted', async () => {
  await expect(drain([fullPipe().stream], { isInterrupted: true })).resolves.toBeUndefined()
})
