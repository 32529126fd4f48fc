import { describe, expect, it } from 'vitest'
import { attachVmcoreinfo, type Patch } from './attach-note.ts'

const info = 'OSRELEASE=6.12.0\nPAGESIZE=4096\n'

function fileOf(bytes: Uint8Array) {
  return { size: bytes.length, read: async (at: number, length: number) => bytes.slice(at, at + length) }
}

function patched(bytes: Uint8Array, patches: readonly Patch[]): Buffer {
  const whole = Buffer.alloc(Math.max(bytes.length, ...patches.map(({ at, bytes: part }) => at + part.length)))
  whole.set(bytes)
  for (const { at, bytes: part } of patches) whole.set(part, at)
  return whole
}

/** As QEMU writes it: page size at `sizeAt`, everything else zero. */
function kdump(sizeAt: number): Buffer {
  const bytes = Buffer.alloc(3 * 4096)
  bytes.write('KDUMP   ')
  bytes.writeUInt32LE(6, 8)
  bytes.writeUInt32LE(4096, sizeAt)
  return bytes
}

describe('attachVmcoreinfo', () => {
  it('puts the text at the end of a compressed dump of 64 bits, and says so in its second header', async () => {
    const before = kdump(428)
    const after = patched(before, await attachVmcoreinfo(fileOf(before), { text: info, physBase: -0x1000n, uts: Buffer.from('Linux') }))
    const [at, size] = [Number(after.readBigUInt64LE(4096 + 32)), Number(after.readBigUInt64LE(4096 + 40))]
    expect(after.subarray(at, at + size).toString()).toBe(info)
    expect(after.readBigInt64LE(4096)).toBe(-0x1000n)
    expect(after.subarray(12, 17).toString()).toBe('Linux')
    const [noteAt, noteSize] = [Number(after.readBigUInt64LE(4096 + 48)), Number(after.readBigUInt64LE(4096 + 56))]
    expect(after.subarray(noteAt, noteAt + noteSize).toString()).toContain(`VMCOREINFO\0\0${info}`)
    expect(await attachVmcoreinfo(fileOf(after), { text: info, physBase: 0n, uts: undefined })).toEqual([])
  })

  it('does the same with a dump of 32 bits, whose header is packed', async () => {
    const before = kdump(416)
    const after = patched(before, await attachVmcoreinfo(fileOf(before), { text: info, physBase: undefined, uts: undefined }))
    const [at, size] = [Number(after.readBigUInt64LE(4096 + 20)), after.readUInt32LE(4096 + 28)]
    expect(after.subarray(at, at + size).toString()).toBe(info)
  })

  it('moves the notes of an ELF core to its end, with one more', async () => {
    const before = Buffer.alloc(256)
    before.set([0x7f, 0x45, 0x4c, 0x46, 2, 1])
    before.writeBigUInt64LE(64n, 32)
    before.writeUInt16LE(56, 54)
    before.writeUInt16LE(1, 56)
    before.writeUInt32LE(4, 64)
    before.writeBigUInt64LE(200n, 64 + 8)
    before.writeBigUInt64LE(16n, 64 + 32)
    before.write('the first note..', 200)
    const after = patched(before, await attachVmcoreinfo(fileOf(before), { text: info, physBase: 0n, uts: undefined }))
    const [at, size] = [Number(after.readBigUInt64LE(64 + 8)), Number(after.readBigUInt64LE(64 + 32))]
    const notes = after.subarray(at, at + size)
    expect(notes.subarray(0, 16).toString()).toBe('the first note..')
    expect([notes.readUInt32LE(16), notes.readUInt32LE(20)]).toEqual(['VMCOREINFO'.length + 1, info.length])
    expect(notes.subarray(28).toString()).toBe(`VMCOREINFO\0\0${info}${'\0'.repeat((4 - (info.length % 4)) % 4)}`)
    expect(await attachVmcoreinfo(fileOf(after), { text: info, physBase: 0n, uts: undefined })).toEqual([])
  })

  it('leaves other files alone', async () => {
    expect(await attachVmcoreinfo(fileOf(Buffer.alloc(8192)), { text: info, physBase: 0n, uts: undefined })).toEqual([])
  })
})
