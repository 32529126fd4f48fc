import { createReadStream, createWriteStream } from 'node:fs'
import { rm, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Uploaded archives as files of a directory, with the protocol of Azure block blobs. */
export interface BlobDirectory {
  readonly pathOf: (id: number) => string
  readonly sizeOf: (id: number) => Promise<number | undefined>
  readonly answer: (id: number, request: IncomingMessage, response: ServerResponse) => Promise<void>
}

export function openBlobDirectory(directory: string): BlobDirectory {
  const pathOf = (id: number) => join(directory, String(id))
  const blockOf = (id: number, blockId: string) => `${pathOf(id)}.${Buffer.from(blockId).toString('hex')}`
  const sizeOf = (id: number) =>
    stat(pathOf(id)).then(
      ({ size }) => size,
      () => undefined,
    )

  /** Put the blocks that the list names one after the other. */
  async function joinBlocks(id: number, list: string): Promise<void> {
    const blocks = [...list.matchAll(/<Latest>([^<]+)<\/Latest>/g)].map(([, blockId]) => blockOf(id, blockId ?? ''))
    const whole = async function* () {
      for (const block of blocks) yield* createReadStream(block)
    }
    await pipeline(whole, createWriteStream(pathOf(id)))
    for (const block of blocks) await rm(block)
  }

  async function put(id: number, request: IncomingMessage, query: URLSearchParams): Promise<void> {
    if (query.get('comp') === 'blocklist') return joinBlocks(id, (await readBody(request)).toString())
    const blockId = query.get('comp') === 'block' ? query.get('blockid') : undefined
    await pipeline(request, createWriteStream(blockId === undefined || blockId === null ? pathOf(id) : blockOf(id, blockId)))
  }

  async function answer(id: number, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = { 'x-ms-request-id': String(id), etag: `"${id}"`, 'last-modified': new Date(0).toUTCString() }
    if (request.method === 'PUT') {
      await put(id, request, new URL(request.url ?? '', 'http://blob').searchParams)
      response.writeHead(201, headers).end()
      return
    }
    const size = await sizeOf(id)
    if (size === undefined) {
      response.writeHead(404, headers).end()
      return
    }
    const range = parseRange(request.headers['x-ms-range'] ?? request.headers.range, size)
    const { start, end } = range ?? { start: 0, end: size - 1 }
    response.writeHead(range === undefined ? 200 : 206, {
      ...headers,
      'content-length': end - start + 1,
      'content-type': 'application/octet-stream',
      'x-ms-blob-type': 'BlockBlob',
      'accept-ranges': 'bytes',
      ...(range === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }),
    })
    if (request.method === 'HEAD') response.end()
    else await pipeline(createReadStream(pathOf(id), { start, end }), response)
  }

  return { pathOf, sizeOf, answer }
}

/** The whole of a request or another stream. */
export async function readBody(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function parseRange(header: string | string[] | undefined, size: number): { readonly start: number; readonly end: number } | undefined {
  const match = /^bytes=(\d+)-(\d*)$/.exec(String(header ?? ''))
  if (match === null) return undefined
  const [, start, end] = match
  return { start: Number(start), end: end === undefined || end === '' ? size - 1 : Math.min(Number(end), size - 1) }
}
