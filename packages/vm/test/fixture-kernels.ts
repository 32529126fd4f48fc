import { gzipSync } from 'node:zlib'

/** The headers of a bzImage and nothing after them: for tests of what reads them. */
export function bzImage(options: { readonly release: string; readonly wide: boolean; readonly config?: string }): Buffer {
  const image = Buffer.alloc(4096)
  image.write('HdrS', 0x202, 'latin1')
  image.writeUInt16LE(options.wide ? 1 : 0, 0x236)
  image.writeUInt16LE(0x400, 0x20e)
  image.write(`${options.release} (kernelkit@kernelkit) #1\0`, 0x600, 'latin1')
  if (options.config === undefined) return image
  // One sector of setup code, then the compressed kernel with its configuration inside.
  const payload = gzipSync(Buffer.concat([Buffer.from('kernel IKCFG_ST'), gzipSync(options.config), Buffer.from('IKCFG_ED data')]))
  image[0x1f1] = 7
  image.writeUInt32LE(0, 0x248)
  image.writeUInt32LE(payload.length, 0x24c)
  return Buffer.concat([image, payload])
}

/** An ELF executable with a kernel's notes. */
export function vmlinux(options: { readonly pvh: boolean }): Buffer {
  const image = Buffer.alloc(512)
  image.write('\x7fELF', 0, 'latin1')
  image[4] = 2
  image[5] = 1
  image.writeUInt16LE(2, 16)
  image.writeUInt16LE(62, 18)
  image.writeBigUInt64LE(64n, 32)
  image.writeUInt16LE(56, 54)
  image.writeUInt16LE(1, 56)
  const notes = Buffer.concat([note('Linux', 0x100), ...(options.pvh ? [note('Xen', 18)] : [])])
  image.writeUInt32LE(4, 64)
  image.writeBigUInt64LE(256n, 72)
  image.writeBigUInt64LE(BigInt(notes.length), 96)
  notes.copy(image, 256)
  return image
}

function note(name: string, type: number): Buffer {
  const text = Buffer.alloc(8)
  text.write(name, 'latin1')
  const head = Buffer.alloc(12)
  head.writeUInt32LE(name.length + 1, 0)
  head.writeUInt32LE(4, 4)
  head.writeUInt32LE(type, 8)
  return Buffer.concat([head, text.subarray(0, Math.ceil((name.length + 1) / 4) * 4), Buffer.alloc(4)])
}
