import { describe, expect, it } from 'vitest'
import { addressSpace, firstHandlers, findKernelPlace, pagingOf, parseRegisters, translate, Unmapped } from './index.ts'

// Of QEMU 7.2, shortened.
const answer = `\r
CPU#0\r
RAX=0000000000000001 RBX=ffff888003d0c000 RCX=0000000000000000 RDX=0000000000000003\r
RSI=0000000000000000 RDI=0000000000000001 RBP=ffffc90000013eb8 RSP=ffffc90000013e90\r
R8 =0000000000000000 R9 =0000000000000000 R10=0000000000000000 R11=0000000000000000\r
R12=0000000000000000 R13=0000000000000000 R14=0000000000000000 R15=0000000000000000\r
RIP=ffffffff81c1b10b RFL=00000246 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=1\r
ES =0000 0000000000000000 ffffffff 00c00000\r
CS =0010 0000000000000000 ffffffff 00af9b00 DPL=0 CS64 [-RA]\r
FS =0000 00007f0000000740 ffffffff 00c00000\r
GS =0000 ffff88803ec00000 ffffffff 00c00000\r
GDT=     fffffe0000001000 0000007f\r
IDT=     fffffe0000000000 00000fff\r
CR0=80050033 CR2=000055d0 CR3=000000000260a000 CR4=000006f0\r
DR0=0000000000000000 DR1=0000000000000000 DR2=0000000000000000 DR3=0000000000000000\r
EFER=0000000000000d01\r
\r
CPU#1\r
EAX=00000001 EBX=00000000 ECX=00000000 EDX=00000003\r
ESI=00000000 EDI=00000001 EBP=c1013eb8 ESP=c1013e90\r
EIP=c101b10b EFL=00000046 [---Z-P-] CPL=0 II=0 A20=1 SMM=0 HLT=0\r
FS =00d8 3ec00000 ffffffff 00809300 DPL=0 DS16 [-WA]\r
GS =0000 00000000 ffffffff 00000000\r
IDT=     ffc00000 000007ff\r
CR0=80050033 CR2=00000000 CR3=0160a000 CR4=00000690\r
EFER=0000000000000000\r
`

describe('parseRegisters', () => {
  it('reads CPUs of 64 and of 32 bits', () => {
    const [first, second] = parseRegisters(answer)
    expect(first).toMatchObject({ cpu: 0, ip: 0xffffffff81c1b10bn, sp: 0xffffc90000013e90n, privilege: 0, halted: true })
    expect(first).toMatchObject({ cr3: 0x260a000n, idt: 0xfffffe0000000000n, gs: 0xffff88803ec00000n, efer: 0xd01n, flags: 0x246n })
    expect(first?.general['r8']).toBe(0n)
    expect(second).toMatchObject({ cpu: 1, ip: 0xc101b10bn, bp: 0xc1013eb8n, fs: 0x3ec00000n, idt: 0xffc00000n, halted: false })
  })

  it('makes nothing of other words', () => {
    expect(parseRegisters('unknown command')).toEqual([])
    expect(parseRegisters('CPU#0\nRAX=12')).toEqual([])
  })
})

/** Physical memory with some words in it. */
function memoryWith(words: Readonly<Record<number, bigint>>, size = 0x10000) {
  const bytes = Buffer.alloc(size)
  for (const [at, value] of Object.entries(words)) bytes.writeBigUInt64LE(value, Number(at))
  return async (address: bigint, length: number) => bytes.subarray(Number(address), Number(address) + length)
}

const long = { cr0: 1n << 31n, cr4: 1n << 5n, efer: 1n << 10n }

describe('translate', () => {
  const four = pagingOf(long)
  if (four === undefined) throw new Error('no paging')

  it('walks four levels, and stops at huge pages of 2 MiB and 1 GiB', async () => {
    const read = memoryWith({
      0x1000: 0x2001n,
      0x2000: 0x3001n,
      0x2008: 0x4000_0081n,
      0x3000: 0x4001n,
      0x3008: 0x20_0081n,
      0x4008: 0x8001n,
    })
    const at = (address: bigint) => translate(read, { paging: four, root: 0x1018n & ~0xfffn, address })
    expect(await at(0x1234n)).toEqual({ kind: 'present', address: 0x8234n, left: 0x1000n - 0x234n })
    expect(await at(0x20_1234n)).toMatchObject({ address: 0x20_1234n })
    expect(await at(0x4000_0010n)).toMatchObject({ address: 0x4000_0010n })
  })

  it('distinguishes a page that is swapped out from one that never was', async () => {
    const read = memoryWith({ 0x1000: 0x2001n, 0x2000: 0x3001n, 0x3000: 0x4001n, 0x4000: 0xabc000n })
    const at = (address: bigint) => translate(read, { paging: four, root: 0x1000n, address })
    expect(await at(0n)).toMatchObject({ kind: 'not-present', swapped: true })
    expect(await at(0x1000n)).toMatchObject({ kind: 'not-present', swapped: false, level: 12 })
  })

  it('reads memory without access, whose address the kernel inverts in entries of 8 bytes', async () => {
    // PFNs 8 and 512, written as by pfn_pte() and pfn_pmd() since 4.19, and PFN 8 as before.
    const plain = { 0x1000: 0x2001n, 0x2000: 0x3001n, 0x3000: 0x4001n, 0x4000: 0x8100n }
    const read = memoryWith({ ...plain, 0x3008: 0x000f_ffff_ffc0_0180n, 0x4008: 0x000f_ffff_ffff_7100n })
    const at = (address: bigint) => translate(read, { paging: four, root: 0x1000n, address })
    expect(await at(0x10n)).toMatchObject({ address: 0x8010n })
    expect(await at(0x1010n)).toMatchObject({ address: 0x8010n })
    expect(await at(0x20_1234n)).toMatchObject({ address: 0x20_1234n })
  })

  it('walks five levels, and the two and three of 32 bits', async () => {
    const five = pagingOf({ ...long, cr4: (1n << 5n) | (1n << 12n) })
    const two = pagingOf({ cr0: 1n << 31n, cr4: 1n << 4n, efer: 0n })
    const three = pagingOf({ cr0: 1n << 31n, cr4: 1n << 5n, efer: 0n })
    if (five === undefined || two === undefined || three === undefined) throw new Error('no paging')
    const deep = memoryWith({ 0x1000: 0x2001n, 0x2000: 0x3001n, 0x3000: 0x4001n, 0x4000: 0x5001n, 0x5000: 0x6001n })
    expect(await translate(deep, { paging: five, root: 0x1000n, address: 7n })).toMatchObject({ address: 0x6007n })
    expect(await translate(memoryWith({ 0x1000: 0x40_0081n }), { paging: two, root: 0x1000n, address: 7n })).toMatchObject({
      address: 0x40_0007n,
    })
    const pae = memoryWith({ 0x1020: 0x2001n, 0x2000: 0x3001n, 0x3000: 0x4001n })
    expect(await translate(pae, { paging: three, root: 0x1020n, address: 7n })).toMatchObject({ address: 0x4007n })
    expect(pagingOf({ cr0: 0n, cr4: 0n, efer: 0n })).toBeUndefined()
  })
})

describe('addressSpace', () => {
  it('reads over the end of a page, and says which address is not mapped', async () => {
    const read = memoryWith({ 0x1000: 0x2001n, 0x2000: 0x3001n, 0x3000: 0x4001n, 0x4000: 0x9001n, 0x4008: 0x8001n, 0x9ff8: 1n, 0x8000: 2n })
    const space = addressSpace(read, { paging: pagingOf(long), root: 0x1000n })
    expect([...(await space.read(0xff8n, 16))]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0])
    await expect(space.read(0x1ff8n, 16)).rejects.toThrow(new Unmapped(0x2000n, undefined).message)
  })
})

describe('findKernelPlace', () => {
  it('compares the first handler with that of the vmlinux', async () => {
    // A gate of 16 bytes at 0x6000 for a handler at 0xffffffff82000100, whose page is at 0x7000.
    const gate = { 0x6000: 0x8200_8e00_0010_0100n, 0x6008: 0xffff_ffffn }
    const tables = { 0x1000: 0x2001n, 0x1ff8: 0x3001n, 0x2000: 0x4001n, 0x4000: 0x5001n, 0x5030: 0x6001n }
    const upper = { 0x3ff0: 0xa001n, 0xa080: 0xb001n, 0xb000: 0x7001n }
    const read = memoryWith({ ...gate, ...tables, ...upper })
    const [cpu] = parseRegisters(answer)
    if (cpu === undefined) throw new Error('no CPU')
    const here = { ...cpu, ...long, cr3: 0x1000n, idt: 0x6000n }
    const space = addressSpace(read, { paging: pagingOf(here), root: here.cr3 })
    const place = await findKernelPlace(read, { cpu: here, space, handlerInVmlinux: 0xffffffff81000100n })
    expect(place).toEqual({ slide: 0x100_0000n, physBase: 0x7100n - 0x200_0100n })
    expect(firstHandlers).toContain('asm_exc_divide_error')
  })
})
