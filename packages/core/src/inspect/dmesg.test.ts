import { expect, it } from 'vitest'
import { readKernelLog } from './dmesg.ts'
import { addressSpace, parseTypeTable } from './index.ts'

// A ring of four records and 128 bytes, each part at an address of its own.
const fields = {
  'desc_ring.count_bits': 0,
  'desc_ring.descs': 8,
  'desc_ring.infos': 16,
  'desc_ring.head_id': 24,
  'desc_ring.tail_id': 32,
  'text_data_ring.size_bits': 40,
  'text_data_ring.data': 48,
}
const table = [
  'task_struct.tasks 0 16',
  'task_struct.comm 16 16',
  ...Object.entries(fields).map(([name, at]) => `printk_ringbuffer.${name} ${at} 8`),
  'prb_desc.state_var 0 8',
  'prb_desc.text_blk_lpos.begin 8 8',
  'prb_desc.text_blk_lpos.next 16 8',
  'prb_desc 24',
  'printk_info.seq 0 8',
  'printk_info.ts_nsec 8 8',
  'printk_info.text_len 16 2',
  'printk_info 24',
].join('\n')
const at = { pointer: 0, ring: 0x100, descs: 0x200, infos: 0x300, text: 0x400 }
const finalized = 2n << 62n
const reserved = 0n

interface Record {
  readonly id: bigint
  readonly state?: bigint
  readonly begin: bigint
  readonly text: string
  /** Where the block is in the text, if not there. */
  readonly block?: number
  /** The number that it begins with. */
  readonly owner?: bigint
}

function read(records: readonly Record[]): Promise<readonly string[]> {
  const memory = Buffer.alloc(0x1000)
  const put = (place: number, value: bigint): number => memory.writeBigUInt64LE(BigInt.asUintN(64, value), place)
  const ids = records.map(({ id }) => id)
  put(at.pointer, BigInt(at.ring))
  for (const [name, value] of Object.entries({
    'desc_ring.count_bits': 2n,
    'desc_ring.descs': BigInt(at.descs),
    'desc_ring.infos': BigInt(at.infos),
    'desc_ring.head_id': ids.at(-1) ?? 0n,
    'desc_ring.tail_id': ids[0] ?? 0n,
    'text_data_ring.size_bits': 7n,
    'text_data_ring.data': BigInt(at.text),
  } satisfies { readonly [name in keyof typeof fields]: bigint }))
    put(at.ring + fields[name as keyof typeof fields], value)
  for (const { id, state = finalized, begin, text, block = Number(begin % 128n), owner = id } of records) {
    const index = Number(BigInt.asUintN(2, id))
    put(at.descs + index * 24, state | BigInt.asUintN(62, id))
    put(at.descs + index * 24 + 8, begin)
    put(at.descs + index * 24 + 16, begin + BigInt(8 + Math.ceil(text.length / 8) * 8))
    put(at.infos + index * 24 + 8, 1_500_000_000n)
    memory.writeUInt16LE(text.length, at.infos + index * 24 + 16)
    if (begin % 2n === 1n) continue
    // Also where a block would begin that is at the beginning of the ring.
    put(at.text + Number(begin % 128n), BigInt.asUintN(62, owner))
    put(at.text + block, BigInt.asUintN(62, owner))
    memory.write(text, at.text + block + 8)
  }
  const types = parseTypeTable(table)
  if (types === undefined) throw new Error('no types')
  const space = addressSpace(async (address, length) => memory.subarray(Number(address), Number(address) + length), {
    paging: undefined,
    root: 0n,
  })
  return readKernelLog({ space, types, wordBytes: 8, addressOf: (name) => (name === 'prb' ? BigInt(at.pointer) : undefined) })
}

it('reads whole records from the oldest on, over the end of both rings', async () => {
  // Numbers begin below zero, as the kernel's do; the third block would go over the end.
  const lines = await read([
    { id: -2n, begin: 160n, text: 'first' },
    { id: -1n, begin: 192n, text: 'two\nlines' },
    { id: 0n, begin: 240n, text: 'at the beginning', block: 0 },
  ])
  expect(lines).toEqual(['first', 'two', 'lines', 'at the beginning'].map((text) => `[    1.500000] ${text}`))
})

it('reads a block that ends where the ring ends, which newer kernels leave there', async () => {
  expect(await read([{ id: 5n, begin: 104n, text: 'to the very end' }])).toEqual(['[    1.500000] to the very end'])
})

it('leaves out a record that is being written, that has no text, and whose text was written over', async () => {
  const lines = await read([
    { id: 4n, begin: 0n, text: 'stale', owner: 8n },
    { id: 5n, begin: 3n, text: '' },
    { id: 6n, begin: 16n, text: 'whole' },
    { id: 7n, begin: 40n, text: 'half', state: reserved },
  ])
  expect(lines).toEqual(['[    1.500000] whole'])
})
