import type { Writable } from 'node:stream'

// After an interruption a reader that does not read must not keep the process: the rest is not wanted.
const interruptedLimitMs = 500

/** Resolves when what was written has left the process (pipes are asynchronous), after an interruption soon in any case. */
export async function drain(streams: readonly Writable[], options: { readonly isInterrupted: boolean }): Promise<void> {
  const all = Promise.all(streams.map(drained))
  if (!options.isInterrupted) return void (await all)
  const limit = new Promise<void>((resolve) => void setTimeout(resolve, interruptedLimitMs).unref())
  await Promise.race([all, limit])
}

function drained(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) return resolve()
    stream.once('error', () => resolve())
    stream.write('', () => resolve())
  })
}
