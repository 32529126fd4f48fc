import { describe, expect, it } from 'vitest'
import { readKallsyms } from './kallsyms.ts'

const base = 0xffffffff81000000n
const at = { names: 0x100, token_table: 0x200, token_index: 0x260, offsets: 0x500, num_syms: 0x600, relative_base: 0x608 }

const symbols = [
  { name: 'Acpu_number', address: 0x1f000n },
  { name: 'T_stext', address: base },
  { name: 'tdo_idle', address: base + 0x100n },
  { name: `t${'long_'.repeat(30)}`, address: base + 0x180n },
  { name: 'T_etext', address: base + 0x200n },
  { name: 'Dinit_task', address: base + 0x1000n },
]

/** What scripts/kallsyms.c writes, with one token for each letter and one for `do_idle`. */
function kernel(offsetOf: (address: bigint, place: bigint) => number, slide = 0n) {
  const memory = Buffer.alloc(0x700)
  const letters = [...new Set(symbols.flatMap(({ name }) => name.split('')))]
  const tokens = ['do_idle', ...letters]
  const image = base + 0x10000n
  let next = at.token_table
  tokens.forEach((token, index) => {
    memory.writeUInt16LE(next - at.token_table, at.token_index + index * 2)
    next += memory.write(`${token}\0`, next)
  })
  next = at.names
  for (const [index, { name, address }] of symbols.entries()) {
    const parts = name === 'tdo_idle' ? [1 + letters.indexOf('t'), 0] : name.split('').map((letter) => 1 + letters.indexOf(letter))
    const length = parts.length < 0x80 ? [parts.length] : [(parts.length & 0x7f) | 0x80, parts.length >> 7]
    for (const byte of [...length, ...parts]) next = memory.writeUInt8(byte, next)
    const offsetAt = at.offsets + index * 4
    memory.writeInt32LE(offsetOf(address, image + BigInt(offsetAt)), offsetAt)
  }
  memory.writeUInt32LE(symbols.length, at.num_syms)
  memory.writeBigUInt64LE(base + slide, at.relative_base)
  const note = [
    ...Object.entries(at).map(([name, place]) => `SYMBOL(kallsyms_${name})=${(image + BigInt(place)).toString(16)}`),
    `SYMBOL(_stext)=${(base + slide).toString(16)}`,
    `KERNELOFFSET=${slide.toString(16)}`,
  ].join('\n')
  const read = async (address: bigint, length: number) => memory.subarray(Number(address - image), Number(address - image) + length)
  return { note, read }
}

const backwards = (address: bigint) => (address < 1n << 63n ? Number(address) : Number(base - 1n - address))

describe('readKallsyms', () => {
  it('finds functions and variables, also of each CPU, and names longer than 127 bytes', async () => {
    const { note, read } = kernel(backwards)
    const found = await readKallsyms(note, read)
    expect(found?.slide).toBe(0n)
    expect(found?.symbols.at(base + 0x123n)).toEqual({ function: 'do_idle', offset: 0x23 })
    expect(found?.symbols.at(base + 0x190n)?.function).toBe('long_'.repeat(30))
    expect(found?.symbols.at(base + 0x200n)).toBeUndefined()
    expect(found?.symbols.addressOf('cpu_number')).toBe(0x1f000n)
    expect(found?.symbols.addressOf('init_task')).toBe(base + 0x1000n)
    expect(found?.symbols.addressOf('no_such_thing')).toBeUndefined()
  })

  it('takes the place of KASLR off, but not off variables of each CPU', async () => {
    const { note, read } = kernel(backwards, 0x2000000n)
    const found = await readKallsyms(note, read)
    expect(found?.slide).toBe(0x2000000n)
    expect(found?.symbols.at(base + 0x123n)?.function).toBe('do_idle')
    expect(found?.symbols.addressOf('cpu_number')).toBe(0x1f000n)
  })

  it('reads the form of newer kernels, in which all offsets count forwards', async () => {
    const { note, read } = kernel((address) => (address < base ? 0 : Number(address - base)))
    expect((await readKallsyms(note, read))?.symbols.addressOf('init_task')).toBe(base + 0x1000n)
  })

  it('reads the form of Linux 7.0, in which an offset counts from its own place', async () => {
    const { note, read } = kernel((address, place) => (address < base ? 0 : Number(address - place)))
    const withoutBase = note.replace(/^SYMBOL\(kallsyms_relative_base\)=.*\n/m, '')
    const found = await readKallsyms(withoutBase, read)
    expect(found?.symbols.addressOf('init_task')).toBe(base + 0x1000n)
    expect(found?.symbols.at(base + 0x123n)).toEqual({ function: 'do_idle', offset: 0x23 })
  })

  it('makes nothing of a note without these places, and of tables that say something else', async () => {
    const { note, read } = kernel(backwards)
    expect(await readKallsyms('OSRELEASE=6.1\n', read)).toBeUndefined()
    expect(await readKallsyms(note.replace(/SYMBOL\(_stext\)=.*/, 'SYMBOL(_stext)=1234'), read)).toBeUndefined()
  })
})
