const blockBytes = 512

/** Header of a regular file in a tar archive (POSIX ustar), owned by root and dated 1970: only names and bytes shape a build. */
export function tarHeader({ name, size, mode }: { readonly name: string; readonly size: number; readonly mode: number }): Uint8Array {
  const header = Buffer.alloc(blockBytes)
  if (Buffer.byteLength(name) > 100) throw new RangeError(`name too long for a build context: ${name}`)
  const octal = (value: number, at: number, length: number): void =>
    void header.write(`${value.toString(8).padStart(length - 1, '0')}\0`, at, 'latin1')
  header.write(name, 0)
  octal(mode, 100, 8)
  octal(0, 108, 8)
  octal(0, 116, 8)
  octal(size, 124, 12)
  octal(0, 136, 12)
  // The checksum is made with blanks in its own place.
  header.fill(' ', 148, 156)
  header.write('0', 156)
  header.write('ustar\x0000', 257, 'latin1')
  let sum = 0
  for (const byte of header) sum += byte
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return header
}

/** Zeros that follow a file of this size; the archive ends with two empty blocks. */
export function tarPadding(size: number): Uint8Array {
  return new Uint8Array((blockBytes - (size % blockBytes)) % blockBytes)
}

export const tarEnd = new Uint8Array(2 * blockBytes)
