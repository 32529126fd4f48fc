import { viewOf } from '../elf/index.ts'

// lib/decompress_unlz4.c: the only frame that the kernel's own tools write.
const legacyMagic = 0x184c2102

/** An LZ4 legacy frame, as scripts/Makefile.lib makes it, of a known unpacked size; `undefined` when it is damaged. */
export function unpackLz4(packed: Uint8Array, size: number): Uint8Array | undefined {
  const view = viewOf(packed)
  if (packed.length < 8 || view.getUint32(0, true) !== legacyMagic) return undefined
  const out = new Uint8Array(size)
  let used = 0
  for (let at = 4; at + 4 <= packed.length && used < size;) {
    const length = view.getUint32(at, true)
    at += 4
    if (length === legacyMagic) continue
    if (at + length > packed.length) return undefined
    const next = unpackBlock(packed.subarray(at, at + length), out, used)
    if (next === undefined) return undefined
    used = next
    at += length
  }
  return used === size ? out : undefined
}

/** One block of sequences (lz4_Block_format.md of the LZ4 project); answers with the new end of the output. */
function unpackBlock(block: Uint8Array, out: Uint8Array, start: number): number | undefined {
  let [from, to] = [0, start]
  const more = (first: number): number => {
    let length = first
    if (first !== 15) return length
    for (let byte = 255; byte === 255; length += byte) byte = block[from++] ?? 0
    return length
  }
  while (from < block.length) {
    const token = block[from++] ?? 0
    const literals = more(token >> 4)
    if (from + literals > block.length || to + literals > out.length) return undefined
    out.set(block.subarray(from, from + literals), to)
    from += literals
    to += literals
    if (from >= block.length) return to
    const distance = (block[from] ?? 0) | ((block[from + 1] ?? 0) << 8)
    from += 2
    const length = more(token & 15) + 4
    if (distance === 0 || distance > to || to + length > out.length) return undefined
    if (distance >= length) out.copyWithin(to, to - distance, to - distance + length)
    else for (let at = 0; at < length; at++) out[to + at] = out[to + at - distance] ?? 0
    to += length
  }
  return to
}
