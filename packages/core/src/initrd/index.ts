/** What the kernel takes as an initramfs (lib/decompress.c, init/initramfs.c). */
export interface InitrdFormat {
  readonly name: string
  /** Kernel option that unpacks it; absent: every kernel with an initramfs does. */
  readonly option?: string
  /** Each of them is a way in which such a file begins. */
  readonly magics: readonly (readonly number[])[]
}

const ascii = (text: string): readonly number[] => Array.from(text, (one) => one.charCodeAt(0))

export const initrdFormats: readonly InitrdFormat[] = [
  // newc, and newc with checksums.
  { name: 'cpio', magics: [ascii('070701'), ascii('070702')] },
  {
    name: 'gzip',
    option: 'RD_GZIP',
    magics: [
      [0x1f, 0x8b],
      [0x1f, 0x9e],
    ],
  },
  { name: 'bzip2', option: 'RD_BZIP2', magics: [ascii('BZh')] },
  { name: 'lzma', option: 'RD_LZMA', magics: [[0x5d, 0x00]] },
  { name: 'xz', option: 'RD_XZ', magics: [[0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00]] },
  { name: 'lzo', option: 'RD_LZO', magics: [[0x89, 0x4c, 0x5a, 0x4f]] },
  { name: 'lz4', option: 'RD_LZ4', magics: [[0x02, 0x21, 0x4c, 0x18]] },
  { name: 'zstd', option: 'RD_ZSTD', magics: [[0x28, 0xb5, 0x2f, 0xfd]] },
]

/** The format of an initramfs by its first bytes; zeros before an archive are skipped, as the kernel does. */
export function findInitrdFormat(head: Uint8Array): InitrdFormat | undefined {
  const start = head.findIndex((byte) => byte !== 0)
  // Archives are at multiples of 4 (Documentation/driver-api/early-userspace/buffer-format.rst); LZ4's first byte is not zero either.
  if (start < 0 || start % 4 !== 0) return undefined
  return initrdFormats.find(({ magics }) => magics.some((magic) => magic.every((byte, index) => head[start + index] === byte)))
}

/** One archive inside a file. */
export interface CpioFacts {
  /** It has its last member. */
  readonly isWhole: boolean
  /** Offset of what follows it. */
  readonly end: number
  /** The first bytes of the regular file `/init`, if it has one. */
  readonly init: Uint8Array | undefined
}

// 6 bytes of magic, 13 fields of 8 hexadecimal digits (buffer-format.rst); sizes of the file and of its name are fields 6 and 11, the mode is field 1.
const headerBytes = 110
const isRegular = 0o100000

/** Reads the members of the archive that begins the bytes, whether or not all of it is there. */
export function readCpioFacts(bytes: Uint8Array): CpioFacts {
  const decoder = new TextDecoder()
  let at = 0
  while (bytes[at] === 0) at++
  let init: Uint8Array | undefined
  for (;;) {
    const header = decoder.decode(bytes.subarray(at, at + headerBytes))
    if (!/^07070[12][0-9A-Fa-f]{104}$/.test(header)) return { isWhole: false, end: at, init }
    const field = (index: number): number => Number.parseInt(header.slice(6 + 8 * index, 14 + 8 * index), 16)
    const nameEnd = at + headerBytes + field(11)
    const name = decoder.decode(bytes.subarray(at + headerBytes, nameEnd - 1))
    const content = nameEnd + ((4 - (nameEnd % 4)) % 4)
    const end = content + field(6)
    if (end > bytes.length) return { isWhole: false, end: at, init }
    if (name === 'TRAILER!!!') return { isWhole: true, end, init }
    if (/^(?:\.?\/)?init$/.test(name) && (field(1) & 0o170000) === isRegular) init = bytes.subarray(content, Math.min(end, content + 64))
    at = end + ((4 - (end % 4)) % 4)
  }
}
