import { readWord, viewOf } from './address-space.ts'
import type { KernelView } from './tasks.ts'

// kernel/printk/printk_ringbuffer.h: the highest two bits of a descriptor's word are its state.
const committed = 1n
const finalized = 2n
// LOG_BUF_SHIFT_MAX is 25; a record takes at least 32 bytes.
const mostRecords = 2 ** 20
const mostTextBytes = 2 ** 26

/** What the kernel has printed and still holds, with its times, whether or not a console has shown it. Kernels since 5.10; empty for others. */
export async function readKernelLog({ space, types, wordBytes, addressOf }: KernelView): Promise<readonly string[]> {
  const pointer = addressOf('prb')
  const at = (field: Parameters<typeof types.offset>[0]): bigint => BigInt(types.offset(field) ?? -1)
  const [descSize, infoSize] = [types.sizeOf('prb_desc'), types.sizeOf('printk_info')]
  if (pointer === undefined || descSize === undefined || infoSize === undefined || at('printk_ringbuffer.desc_ring.descs') < 0n) return []
  const ring = await readWord(space, pointer, wordBytes)
  const word = (field: Parameters<typeof types.offset>[0]): Promise<bigint> => readWord(space, ring + at(field), wordBytes)
  const bits = async (field: Parameters<typeof types.offset>[0]): Promise<number> =>
    viewOf(await space.read(ring + at(field), 4)).getUint32(0, true)
  const count = 2 ** (await bits('printk_ringbuffer.desc_ring.count_bits'))
  const textBytes = 2 ** (await bits('printk_ringbuffer.text_data_ring.size_bits'))
  if (count > mostRecords || textBytes > mostTextBytes) return []
  const descs = viewOf(await space.read(await word('printk_ringbuffer.desc_ring.descs'), count * descSize))
  const infos = viewOf(await space.read(await word('printk_ringbuffer.desc_ring.infos'), count * infoSize))
  const text = await space.read(await word('printk_ringbuffer.text_data_ring.data'), textBytes)
  const texts = viewOf(text)
  const [tail, head] = [await word('printk_ringbuffer.desc_ring.tail_id'), await word('printk_ringbuffer.desc_ring.head_id')]
  const wide = (view: DataView, place: number): bigint =>
    wordBytes === 8 ? view.getBigUint64(place, true) : BigInt(view.getUint32(place, true))
  const stateShift = BigInt(wordBytes * 8 - 2)
  const idMask = (1n << stateShift) - 1n
  const lines: string[] = []
  let id = tail & idMask
  for (let record = 0; record < count; record += 1, id = (id + 1n) & idMask) {
    const index = Number(id % BigInt(count))
    const desc = index * descSize
    const state = wide(descs, desc + Number(at('prb_desc.state_var')))
    const isWhole = (state & idMask) === id && (state >> stateShift === committed || state >> stateShift === finalized)
    const begin = wide(descs, desc + Number(at('prb_desc.text_blk_lpos.begin')))
    const next = wide(descs, desc + Number(at('prb_desc.text_blk_lpos.next')))
    // An odd position is that of a record without text.
    if (isWhole && (begin & 1n) === 0n) {
      const size = BigInt(textBytes)
      // A block that would go over the end is at the beginning; one that just fits is there in older kernels only.
      const possible = begin / size === next / size ? [begin % size] : [0n, begin % size]
      // It begins with the number of its record, or was written over meanwhile.
      const start = possible.map(Number).find((place) => (wide(texts, place) & idMask) === id)
      const length = infos.getUint16(index * infoSize + Number(at('printk_info.text_len')), true)
      const time = infos.getBigUint64(index * infoSize + Number(at('printk_info.ts_nsec')), true)
      if (start !== undefined) lines.push(...recordLines(time, text.subarray(start + wordBytes, start + wordBytes + length)))
    }
    if (id === (head & idMask)) break
  }
  return lines
}

function recordLines(time: bigint, bytes: Uint8Array): readonly string[] {
  const micros = time / 1000n
  const stamp = `[${String(micros / 1_000_000n).padStart(5)}.${String(micros % 1_000_000n).padStart(6, '0')}] `
  return new TextDecoder()
    .decode(bytes)
    .split('\n')
    .map((line) => stamp + line)
}
