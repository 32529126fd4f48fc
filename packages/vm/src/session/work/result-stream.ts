import { Writable } from 'node:stream'
import { createKtapReader, createKtapText, type KtapReader, type KtapResults } from '@kernelkit/core/ktap'
import type { ResultFormat } from '@kernelkit/core/options'

/** A command's stdout, read for results on its way to where it goes. */
export interface ResultStream {
  /** Takes what the command writes, and passes every byte on unchanged. */
  readonly stdout: Writable
  /** Called after the last byte; `undefined` when it was not a result stream. */
  finish(): KtapResults | undefined
}

export interface ResultStreamOptions {
  readonly format: ResultFormat
  readonly to: Writable
  /** Of a stream that is not TAP. */
  readonly reader?: KtapReader | undefined
  readonly monotonicMs: () => number
}

/** `--format`: `auto` waits for a version line, `exit` reads nothing. */
export function resultStream({ format, to, reader: own, monotonicMs }: ResultStreamOptions): ResultStream {
  if (format === 'exit') return { stdout: to, finish: () => undefined }
  const reader = own ?? createKtapReader({ prefixed: false, versionless: format === 'tap' })
  const text = createKtapText(reader)
  const stdout = new Writable({
    // The window of the session already holds back a guest that writes faster than the reader reads.
    write: (chunk: Uint8Array, _encoding, done) => {
      text.push(chunk, monotonicMs() / 1000)
      to.write(chunk, done)
    },
  })
  // The reader may close its end: the session ends the command then, as a shell would.
  const onError = (error: Error): void => void stdout.destroy(error)
  to.on('error', onError)
  stdout.on('error', () => {})
  return {
    stdout,
    finish: () => {
      to.off('error', onError)
      text.end()
      const { hasStarted } = reader.progress()
      return hasStarted || format !== 'auto' ? reader.finish() : undefined
    },
  }
}
