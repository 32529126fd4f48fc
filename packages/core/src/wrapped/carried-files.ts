/** Begins each file in what a guest sends back: its place in the list that was asked for, and its size in bytes. */
export interface CarriedHeader {
  readonly index: number
  readonly content: Uint8Array
}

/**
 * Files that a guest sends back, `INDEX SIZE\n` and the bytes of each. It is data of the guest: what does not keep to this form ends the
 * list, and an index that was not asked for is dropped.
 */
export function parseCarriedFiles(bytes: Uint8Array, count: number): readonly CarriedHeader[] {
  const files: CarriedHeader[] = []
  const decoder = new TextDecoder()
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(10, at)
    const [, index, size] = end < 0 ? [] : (/^(\d{1,9}) +(\d{1,12})$/.exec(decoder.decode(bytes.subarray(at, end))) ?? [])
    if (index === undefined || size === undefined) break
    const content = bytes.subarray(end + 1, end + 1 + Number(size))
    if (content.length !== Number(size)) break
    if (Number(index) < count) files.push({ index: Number(index), content })
    at = end + 1 + Number(size)
  }
  return files
}
