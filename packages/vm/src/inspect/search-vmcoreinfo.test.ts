import { describe, expect, it } from 'vitest'
import { memoryRanges, searchVmcoreinfo } from './search-vmcoreinfo.ts'

const mebibyte = 2 ** 20
const release = '6.12.1-cloud'

// As QEMU 7.2 prints it for q35 with 3 GiB.
const views = `FlatView #0
 AS "memory", root: system
 AS "cpu-memory-0", root: system
 Root memory region: system
  0000000000000000-00000000000bffff (prio 0, ram): pc.ram
  00000000000c0000-00000000000dffff (prio 1, rom): pc.rom
  0000000000100000-000000007fffffff (prio 0, ram): pc.ram @0000000000100000
  00000000fec00000-00000000fec00fff (prio 0, i/o): ioapic
  0000000100000000-000000013fffffff (prio 0, ram): pc.ram @0000000080000000

FlatView #1
 AS "I/O", root: io
 Root memory region: io
  0000000000000000-0000000000000007 (prio 0, i/o): dma-chan
`.replaceAll('\n', '\r\n')

const threeGibibytes = [
  { start: 0, bytes: 0xc0000 },
  { start: mebibyte, bytes: 2047 * mebibyte },
  { start: 4096 * mebibyte, bytes: 1024 * mebibyte },
]

describe('the VMCOREINFO page of a guest', () => {
  it('is looked for where the machine has memory, not in the hole for devices', async () => {
    expect(await memoryRanges({ qmp: async () => views })).toEqual(threeGibibytes)
  })

  it.each([
    ['at the beginning of the highest memory', 4096 + 9, 2],
    ['before its end', 5120 - 80, 12],
    ['below the hole', 67, 42],
  ])('is found %s', async (_where, at, mostParts) => {
    let asked = 0
    const page = Buffer.from(`OSRELEASE=${release}\nPAGESIZE=4096\n`)
    const readLarge = async (address: bigint, length: number) => {
      asked += 1
      const bytes = Buffer.alloc(length)
      // The same words elsewhere in a page, as in the kernel's log.
      page.copy(bytes, 100)
      const offset = at * mebibyte - Number(address)
      if (offset >= 0 && offset < length) page.copy(bytes, offset)
      return bytes
    }
    expect(await searchVmcoreinfo({ readLarge }, { release, ranges: threeGibibytes })).toContain(`OSRELEASE=${release}\n`)
    expect(asked).toBeLessThanOrEqual(mostParts)
  })

  it('is given up where a kernel has none, before all memory has been read', async () => {
    let bytes = 0
    const readLarge = async (_address: bigint, length: number) => {
      bytes += length
      return new Uint8Array(0)
    }
    expect(await searchVmcoreinfo({ readLarge }, { release, ranges: threeGibibytes })).toBeUndefined()
    expect(bytes).toBeLessThanOrEqual(1025 * mebibyte)
  })
})
