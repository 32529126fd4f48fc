import type { Writable } from 'node:stream'

/** Hand a piece to a stream and wait until it takes more, or has ended. */
export async function writeChunk(stream: Writable, chunk: Uint8Array): Promise<void> {
  if (stream.destroyed || stream.write(chunk)) return
  await new Promise<void>((resolve) => {
    const events = ['drain', 'close', 'error']
    const go = (): void => {
      for (const event of events) stream.removeListener(event, go)
      resolve()
    }
    for (const event of events) stream.once(event, go)
  })
}
