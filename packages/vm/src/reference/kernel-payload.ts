import { readImageHeader } from '@kernelkit/core/arch'
import { unpackLz4 } from '@kernelkit/core/packages'
import type { Host } from '@kernelkit/host'
import { mostUnpackedBytes, unpack } from './unpack-file.ts'

/** The vmlinux inside a compressed kernel image; `undefined` when it has none, or in a form that this machine cannot unpack. */
export async function kernelPayload(host: Host, path: string): Promise<Uint8Array | undefined> {
  const file = await host.fs.readFile(path)
  const { offset, size } = readImageHeader(file)?.payload ?? { offset: 0, size: 0 }
  const payload = file.subarray(offset, offset + size)
  // A header without its payload: cut short, or made for something else.
  if (payload.length < 8) return undefined
  // arch/x86/boot/compressed/Makefile appends the unpacked size to every format but gzip, which ends with it anyway.
  const unpackedSize = payload.readUInt32LE(payload.length - 4)
  if (payload.readUInt32LE(0) === 0x184c2102)
    return unpackedSize > mostUnpackedBytes ? undefined : unpackLz4(payload.subarray(0, -4), unpackedSize)
  return unpack(host, payload.readUInt16BE(0) === 0x1f8b ? payload : payload.subarray(0, -4))
}
