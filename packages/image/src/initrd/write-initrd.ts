import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import zlib from 'node:zlib'
import { cpioHeader, cpioPadding, cpioTrailer, orderCpioEntries } from '@kernelkit/core/cpio'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { InitrdCompression } from '@kernelkit/core/options'
import { explaining, type Host } from '@kernelkit/host'
import type { TreeEntry } from './walk-tree.ts'

export interface WriteInitrdOptions {
  readonly entries: readonly TreeEntry[]
  readonly out: string
  readonly compression: InitrdCompression
  readonly signal?: AbortSignal | undefined
}

export interface WrittenInitrd {
  readonly entries: number
  readonly bytes: { readonly archive: number; readonly file: number }
}

/** Entries to an initramfs file: streamed, the same bytes for the same entries, under its name only when it is whole. */
export async function writeInitrd(host: Host, { entries, out, compression, signal }: WriteInitrdOptions): Promise<WrittenInitrd> {
  const ordered = orderCpioEntries(entries)
  const temporary = `${out}.${host.randomHex(4)}.tmp`
  let archive = 0
  const counted = async function* (): AsyncGenerator<Uint8Array> {
    for await (const chunk of archiveChunks(host, ordered)) {
      archive += chunk.byteLength
      yield chunk
    }
  }
  return explaining(out, async () => {
    try {
      const source = Readable.from(counted(), { objectMode: false })
      const target = host.fs.createWriteStream(temporary)
      const compressor = createCompressor(compression)
      const options = signal === undefined ? {} : { signal }
      await (compressor === undefined ? pipeline(source, target, options) : pipeline(source, compressor, target, options))
      await host.fs.rename(temporary, out)
    } finally {
      await host.fs.rm(temporary, { force: true })
    }
    return { entries: ordered.length, bytes: { archive, file: (await host.fs.stat(out)).size } }
  })
}

async function* archiveChunks(host: Host, entries: readonly TreeEntry[]): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  for (const [index, entry] of entries.entries()) {
    const content =
      entry.kind === 'symlink'
        ? encoder.encode(entry.target)
        : entry.kind === 'file' && 'content' in entry
          ? entry.content
          : new Uint8Array()
    const size = entry.kind === 'file' && 'size' in entry ? entry.size : content.byteLength
    yield cpioHeader(entry, { ino: index + 1, size })
    if (entry.source === undefined) yield content
    else yield* fileChunks(host, { path: entry.source, size })
    yield cpioPadding(size)
  }
  yield cpioTrailer()
}

async function* fileChunks(host: Host, { path, size }: { readonly path: string; readonly size: number }): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of host.fs.createReadStream(path)) {
    bytes += (chunk as Buffer).byteLength
    yield chunk as Buffer
  }
  if (bytes !== size)
    throw new UserError('INITRD_SOURCE', `${path} changed while it was packed: ${bytes} bytes instead of ${size}.`, {
      hint: 'Run it again when nothing writes there.',
    })
}

/** What the kernel can unpack with CONFIG_RD_GZIP and CONFIG_RD_ZSTD. */
function createCompressor(compression: InitrdCompression): NodeJS.ReadWriteStream | undefined {
  switch (compression) {
    case 'none':
      return undefined
    case 'gzip':
      // zlib writes no file name and no time: deterministic.
      return zlib.createGzip({ level: 9 })
    case 'zstd':
      if (typeof zlib.createZstdCompress === 'function') return zlib.createZstdCompress()
      throw new UserError('BAD_OPTION', message`${option('compress', 'zstd')} needs Node 22.15 or newer.`, {
        hint: message`Use ${option('compress', 'gzip')}, the default.`,
      })
  }
}
