import { pipeline } from 'node:stream'
import { promisify } from 'node:util'
import zlib from 'node:zlib'
import type { Readable, Transform } from 'node:stream'
import { imageHeadBytes, readImageHeader } from '@kernelkit/core/arch'
import type { Host } from '@kernelkit/host'
import type { KernelImage } from './kernel-image.ts'

// kernel/configs.c, scripts/extract-ikconfig
const begin = Buffer.from('IKCFG_ST')
const end = Buffer.from('IKCFG_ED')

// What a kernel may have of code and data, its configuration among them: x86 maps 1 GiB for it at most (KERNEL_IMAGE_SIZE).
const mostUnpacked = 2 ** 30
// A vmlinux has its debug information as well.
const mostRead = 8 * 2 ** 30
// The configuration of a distribution has 300 KB: far more is something else.
const mostPacked = 2 ** 22
const mostText = 2 ** 25

/** The configuration inside a kernel (CONFIG_IKCONFIG), gzipped after a mark in its data; `undefined` where there is none, or none within these bounds. */
export async function readInnerConfig(host: Pick<Host, 'fs'>, image: Pick<KernelImage, 'format' | 'path'>): Promise<string | undefined> {
  const isPacked = image.format === 'image'
  const data = isPacked ? await unpackImage(host, image.path) : host.fs.createReadStream(image.path)
  const packed = data === undefined ? undefined : await packedConfig(data, isPacked ? mostUnpacked : mostRead)
  if (packed === undefined) return undefined
  return (await promisify(zlib.gunzip)(packed, { maxOutputLength: mostText }).catch(() => undefined))?.toString('utf8')
}

/** What is between the marks. The stream is closed as soon as that is known, so nothing is unpacked for nothing and little is ever in memory. */
async function packedConfig(data: Readable, most: number): Promise<Buffer | undefined> {
  let kept: Buffer = Buffer.alloc(0)
  let hasBegun = false
  let read = 0
  try {
    for await (const chunk of data) {
      if (!Buffer.isBuffer(chunk)) return undefined
      read += chunk.length
      kept = Buffer.concat([kept, chunk])
      if (!hasBegun) {
        const at = kept.indexOf(begin)
        hasBegun = at >= 0
        kept = hasBegun ? kept.subarray(at + begin.length) : kept.subarray(Math.max(0, kept.length - begin.length))
      }
      const to = hasBegun ? kept.indexOf(end) : -1
      if (to >= 0) return kept.subarray(0, to)
      if (hasBegun && kept.length > mostPacked) return undefined
      if (read > most) return undefined
    }
  } catch {
    // Cut short, or packed in another way than its first bytes say.
  }
  return undefined
}

/** The vmlinux inside a gzip or zstd image; other compressions are left unknown. */
async function unpackImage(host: Pick<Host, 'fs'>, path: string): Promise<Readable | undefined> {
  await using file = await host.fs.open(path)
  const read = async (position: number, length: number) => {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
    return buffer.subarray(0, bytesRead)
  }
  const { offset, size } = readImageHeader(await read(0, imageHeadBytes))?.payload ?? { offset: 0, size: 0 }
  const first = await read(offset, 4)
  // A header without its payload: cut short, or made for something else.
  if (first.length < 4 || size <= 4) return undefined
  const unpacker = unpackerOf(first)
  if (unpacker === undefined) return undefined
  // The size of what is unpacked is in the last four bytes.
  const packed = host.fs.createReadStream(path, { start: offset, end: offset + size - 5 })
  return pipeline(packed, unpacker, () => {})
}

function unpackerOf(first: Buffer): Transform | undefined {
  if (first.readUInt16BE(0) === 0x1f8b) return zlib.createGunzip()
  // zstd came with Node 22.15.
  if (first.readUInt32LE(0) === 0xfd2fb528 && 'createZstdDecompress' in zlib) return zlib.createZstdDecompress()
  return undefined
}
