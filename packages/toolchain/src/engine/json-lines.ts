import { StringDecoder } from 'node:string_decoder'

/** One object of the stream that builds, pulls and imports answer with. */
export interface Progress {
  /** Output of a build, in pieces that are not lines. */
  readonly stream?: string
  readonly status?: string
  readonly id?: string
  readonly progressDetail?: { readonly current?: number; readonly total?: number }
  readonly aux?: { readonly ID?: string; readonly Digest?: string }
}

/** A failure that the engine reports inside the stream: the HTTP status was 200 by then. */
export class StreamError extends Error {
  override readonly name = 'StreamError'
  /** Of a failed step. */
  readonly exitCode: number | undefined

  constructor(message: string, exitCode: number | undefined) {
    super(message)
    this.exitCode = exitCode
  }
}

/**
 * Objects of a JSON-lines stream as they come. Throws {@link StreamError} at an object with `error`. Characters may be
 * split between chunks, objects may share a chunk or a line, and the last line needs no newline.
 */
export async function* readJsonLines(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Progress> {
  const decoder = new StringDecoder('utf8')
  let rest = ''
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.write(Buffer.from(chunk))
    const lines = rest.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) yield* parseLine(line)
  }
  yield* parseLine(rest + decoder.end())
}

function* parseLine(line: string): Generator<Progress> {
  if (line.trim() === '') return
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new Error(`the engine's answer broke off: ${line.slice(0, 200)}`, { cause })
  }
  if (typeof value !== 'object' || value === null) return
  if ('error' in value && typeof value.error === 'string') throw new StreamError(value.error.trim(), exitCodeOf(value))
  yield value
}

function exitCodeOf(value: object): number | undefined {
  const detail = 'errorDetail' in value ? value.errorDetail : undefined
  return typeof detail === 'object' && detail !== null && 'code' in detail && typeof detail.code === 'number' ? detail.code : undefined
}
