/** A piece of a file that holds data; what lies between pieces is a hole. */
export interface Extent {
  readonly offset: number
  readonly length: number
}

/** GNU tar's numbers end in a newline, the whole map is padded to this (info tar, "PAX Format, Version 1.0"). */
const blockBytes = 512

/**
 * The map at the beginning of a sparse entry, `undefined` while more bytes are needed: how many pieces there are, then
 * offset and length of each. `bytes` is what it takes, padding included.
 */
export function parseSparseMap(data: Uint8Array): { readonly extents: readonly Extent[]; readonly bytes: number } | undefined {
  const numbers: number[] = []
  let digits = ''
  for (const [at, byte] of data.entries()) {
    if (byte !== 0x0a) {
      digits += String.fromCodePoint(byte)
      continue
    }
    if (!/^\d+$/.test(digits)) throw new Error(`not a map of a sparse file: ${JSON.stringify(digits.slice(0, 40))}`)
    numbers.push(Number(digits))
    digits = ''
    const [count = 0, ...pairs] = numbers
    if (pairs.length < 2 * count) continue
    const bytes = Math.ceil((at + 1) / blockBytes) * blockBytes
    if (data.length < bytes) return undefined
    const extents = Array.from({ length: count }, (_, index) => ({ offset: pairs[2 * index] ?? 0, length: pairs[2 * index + 1] ?? 0 }))
    return { extents, bytes }
  }
  return undefined
}
