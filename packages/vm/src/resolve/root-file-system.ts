import { UserError, command, message, option, printable, type Message } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** What a disk image holds, by its first bytes. */
export interface ImageFacts {
  readonly format: 'raw' | 'qcow2'
  /** Name as mount(8) takes it. */
  readonly fsType: string
}

// The offset and the bytes of each superblock's magic (wipefs knows the same).
const magics = [
  { fsType: 'ext4', offset: 0x438, bytes: Buffer.from([0x53, 0xef]) },
  { fsType: 'xfs', offset: 0, bytes: Buffer.from('XFSB') },
  { fsType: 'btrfs', offset: 0x10040, bytes: Buffer.from('_BHRfS_M') },
  { fsType: 'squashfs', offset: 0, bytes: Buffer.from('hsqs') },
  { fsType: 'erofs', offset: 0x400, bytes: Buffer.from([0xe2, 0xe1, 0xf5, 0xe0]) },
  { fsType: 'f2fs', offset: 0x400, bytes: Buffer.from([0x10, 0x20, 0xf5, 0xf2]) },
] as const

const bakeOne = message`Bake one with ${command('kernelkit bake', { action: 'the bake-image action' })}`

/** Reads the first bytes of an image; `NOT_AN_IMAGE` says what it is instead. */
export async function readImageFacts(host: Host, path: string): Promise<ImageFacts> {
  const stat = await host.fs.stat(path).catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', `the image ${path} cannot be read.`, {
      hint: message`${bakeOne}, or check ${option('image')}.`,
      cause,
    })
  })
  if (stat.isDirectory()) throw notAnImage(path, 'it is a directory', message`Boot a directory with ${option('root', path)}.`)
  const file = await host.fs.open(path, 'r').catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', `the image ${path} cannot be read.`, { hint: 'Check its permissions.', cause })
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(0x11000), 0, 0x11000, 0)
    return imageFacts(path, buffer.subarray(0, bytesRead))
  } finally {
    await file.close()
  }
}

/** The same from the bytes. */
function imageFacts(path: string, head: Buffer): ImageFacts {
  // A file system inside qcow2 comes after the tables of qcow2; ours are ext4.
  if (head.toString('latin1', 0, 4) === 'QFI\xfb') {
    refuseReference(path, head)
    return { format: 'qcow2', fsType: 'ext4' }
  }
  const found = magics.find(({ offset, bytes }) => head.subarray(offset, offset + bytes.length).equals(bytes))
  if (found !== undefined) return { format: 'raw', fsType: found.fsType }
  if (head.length === 0) throw notAnImage(path, 'it is empty')
  if (head.readUInt16BE(0) === 0x1f8b || head.toString('latin1', 0, 4) === '\x28\xb5\x2f\xfd')
    throw notAnImage(path, 'it is compressed', 'Unpack it first.')
  // The mark of a partition table: the root would be on a partition.
  if (head.length >= 512 && head.readUInt16BE(510) === 0x55aa) {
    throw notAnImage(path, 'it has a partition table', message`${bakeOne}, or name an image of a bare file system.`)
  }
  throw notAnImage(path, 'it does not start with a known file system')
}

/** A header that names another file: a guest that once wrote to the image could have chosen which, and would read it (QEMU's docs/interop/qcow2). */
function refuseReference(path: string, head: Buffer): void {
  const version = head.length >= 8 ? head.readUInt32BE(4) : 0
  const hasBacking = head.length >= 16 && head.readBigUInt64BE(8) !== 0n
  // Bit 2 of the incompatible features: an external data file.
  const hasData = version >= 3 && head.length >= 80 && (head.readBigUInt64BE(72) & 4n) !== 0n
  if (!hasBacking && !hasData) return
  throw new UserError('IMAGE_REFERS', `${printable(path)} is a qcow2 image that refers to another file of this machine.`, {
    hint: 'Make one file of it, if you know what it refers to: `qemu-img convert -O qcow2 IMAGE NEW`.',
    details: { path },
  })
}

function notAnImage(path: string, what: string, hint: Message = message`${bakeOne}.`): UserError {
  return new UserError('NOT_AN_IMAGE', `${path} is not an image that a guest can use as its root: ${what}.`, {
    hint,
    details: { path, what },
  })
}
