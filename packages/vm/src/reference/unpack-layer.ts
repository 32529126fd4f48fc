import { dirname, join } from 'node:path'
import { Transform, type Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** Bytes that all layers of an image together may unpack to, and files that they may have: far above any kernel with its modules. */
export interface LayerBudget {
  bytes: number
  files: number
}

export function layerBudget(): LayerBudget {
  return { bytes: 8 * 2 ** 30, files: 200_000 }
}

// Where images have kernels: below /, and as little-vm-helper has them, below /data/kernels/NAME.
const wanted = /^(?:data\/kernels\/[^/]+\/)?(?:boot|(?:usr\/)?lib\/modules)\//

interface UnpackLayer {
  /** The layer: tar, plain or packed with gzip or zstd. */
  readonly file: string
  readonly directory: string
  readonly budget: LayerBudget
  /** For messages. */
  readonly label: string
  readonly signal?: AbortSignal | undefined
}

/**
 * The files of a kernel in a layer. Only regular files are made, so that no name leads elsewhere; links and devices are left out,
 * and what a later layer removes (https://github.com/opencontainers/image-spec/blob/main/layer.md, "Whiteouts") is removed.
 */
export async function unpackLayer(host: Host, { file, directory, budget, label, signal }: UnpackLayer): Promise<void> {
  const { extract } = await import('tar-stream')
  const tar = extract()
  tar.on('entry', (headers, stream, next) => {
    void (async () => {
      try {
        await takeEntry(headers, stream)
      } catch (error) {
        next(error)
        return
      }
      next()
    })()
  })
  const takeEntry = async ({ name, type }: { readonly name: string; readonly type?: string | null }, stream: Readable): Promise<void> => {
    budget.files--
    if (budget.files < 0) throw refusal(label, 'it has too many files')
    const path = name.replace(/^(?:\.?\/)+/, '')
    const base = path.slice(path.lastIndexOf('/') + 1)
    const isPlain = !path.split('/').includes('..') && !path.includes('\0')
    if (isPlain && base.startsWith('.wh.')) await removeBelow(host, directory, path, base)
    else if (isPlain && wanted.test(path) && (type === 'file' || type === 'contiguous-file' || type === null || type === undefined)) {
      const to = join(directory, path)
      await host.fs.mkdir(dirname(to), { recursive: true })
      await pipeline(stream, host.fs.createWriteStream(to), signal === undefined ? {} : { signal })
      return
    }
    stream.resume()
    await new Promise<void>((resolve, reject) => stream.on('end', resolve).on('error', reject))
  }
  const count = new Transform({
    transform(chunk: Uint8Array, _encoding, done) {
      budget.bytes -= chunk.byteLength
      if (budget.bytes < 0) done(refusal(label, 'its layers unpack to more than any kernel has'))
      else done(null, chunk)
    },
  })
  const options = signal === undefined ? {} : { signal }
  const source = host.fs.createReadStream(file)
  const unpacker = await unpackerOf(host, file, label)
  try {
    await (unpacker === undefined ? pipeline(source, count, tar, options) : pipeline(source, unpacker, count, tar, options))
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof UserError || (error instanceof Error && 'syscall' in error)) throw error
    throw refusal(label, `a layer is damaged: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function removeBelow(host: Host, directory: string, path: string, base: string): Promise<void> {
  const above = path.slice(0, -base.length)
  const removed = base === '.wh..wh..opq' ? above : `${above}${base.slice('.wh.'.length)}`
  // A name such as `.wh...` would remove what is above.
  if (removed.split('/').some((part) => part === '.' || part === '..') || removed.replaceAll('/', '') === '') return
  await host.fs.rm(join(directory, removed), { recursive: true, force: true })
}

async function unpackerOf(host: Host, file: string, label: string): Promise<NodeJS.ReadWriteStream | undefined> {
  const handle = await host.fs.open(file, 'r')
  const { buffer } = await handle.read(Buffer.alloc(4), 0, 4, 0)
  await handle.close()
  const zlib = await import('node:zlib')
  if (buffer.readUInt16BE(0) === 0x1f8b) return zlib.createGunzip()
  if (buffer.readUInt32BE(0) !== 0x28b52ffd) return undefined
  // It came with Node 22.15.
  if (typeof zlib.createZstdDecompress === 'function') return zlib.createZstdDecompress()
  throw new UserError('HOST_LACKS', `${label}: a layer is packed with zstd, which this Node cannot unpack.`, {
    hint: 'Use Node 22.15 or later.',
    details: {},
  })
}

function refusal(label: string, reason: string): UserError {
  return new UserError('NOT_A_KERNEL', `${label}: ${reason}.`, {
    hint: 'Check that it is the image of a kernel, and whether it was copied in whole.',
    details: { image: label },
  })
}
