import { promisify } from 'node:util'
import type { Host } from '@kernelkit/host'

/** Far above any module, and any kernel without debug information: a small file that unpacks to more is damaged, or meant to fill the memory. */
export const mostUnpackedBytes = 512 << 20

/** Bytes that gzip, xz or zstd packed; others as they are; `undefined` when they are damaged or nothing here unpacks them. */
export async function unpack(host: Host, packed: Uint8Array): Promise<Uint8Array | undefined> {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  const magic = bytes.length < 6 ? '' : bytes.toString('hex', 0, 6)
  const zlib = await import('node:zlib')
  if (magic.startsWith('1f8b'))
    return promisify(zlib.gunzip)(bytes, { finishFlush: zlib.constants.Z_SYNC_FLUSH, maxOutputLength: mostUnpackedBytes }).catch(
      () => undefined,
    )
  // zstd came with Node 22.15.
  if (magic.startsWith('28b52ffd') && 'zstdDecompress' in zlib)
    return promisify(zlib.zstdDecompress)(bytes, { maxOutputLength: mostUnpackedBytes }).catch(() => undefined)
  const program = magic.startsWith('28b52ffd') ? 'zstd' : magic === 'fd377a585a00' ? 'xz' : undefined
  if (program === undefined) return bytes
  await using directory = await host.tempDir('kernelkit-unpack-')
  const from = `${directory.path}/packed`
  await host.fs.writeFile(from, bytes)
  const { exitCode } = await host.run([program, '-dc', from], {
    outputTo: `${directory.path}/unpacked`,
    reject: false,
    package: program === 'xz' ? 'xz-utils' : 'zstd',
  })
  const isWhole = exitCode === 0 && (await host.fs.stat(`${directory.path}/unpacked`)).size <= mostUnpackedBytes
  return isWhole ? host.fs.readFile(`${directory.path}/unpacked`) : undefined
}
