import type { CpuRegisters } from './registers.ts'

/** Bytes of the guest's physical memory; fewer where it ends. */
export type ReadPhysical = (address: bigint, length: number) => Promise<Uint8Array>

/** How a CPU translates addresses: what a page table's entries look like (Intel SDM 3A, chapter 4). */
export interface Paging {
  /** Bits of an address below each level, from the top of the tree. */
  readonly levels: readonly number[]
  /** Bits of an address that one level takes. */
  readonly bits: number
  readonly entryBytes: 4 | 8
  /** Levels at which an entry may be a whole page of its own. */
  readonly huge: readonly number[]
  /** The bits of an entry that are an address. */
  readonly mask: bigint
}

/** Why an address has no physical one. */
export interface NotPresent {
  readonly kind: 'not-present'
  /** The entry that ends the walk; a page that is swapped out has one that is not 0. */
  readonly entry: bigint
  /** Bits of an address below its level. */
  readonly level: number
  readonly swapped: boolean
}

export interface Present {
  readonly kind: 'present'
  readonly address: bigint
  /** Bytes to the end of the page. */
  readonly left: bigint
}

// CR0.PG, CR4.PSE, CR4.PAE, CR4.LA57; EFER.LMA.
const pagingOn = 1n << 31n
const hugePages = 1n << 4n
const wideEntries = 1n << 5n
const fiveLevels = 1n << 12n
const longMode = 1n << 10n

const wideMask = 0x000f_ffff_ffff_f000n

/** `undefined` while paging is off: addresses are physical. */
export function pagingOf({ cr0, cr4, efer }: Pick<CpuRegisters, 'cr0' | 'cr4' | 'efer'>): Paging | undefined {
  if ((cr0 & pagingOn) === 0n) return undefined
  if ((efer & longMode) !== 0n) {
    const levels = [...((cr4 & fiveLevels) === 0n ? [] : [48]), 39, 30, 21, 12]
    return { levels, bits: 9, entryBytes: 8, huge: [30, 21], mask: wideMask }
  }
  if ((cr4 & wideEntries) !== 0n) return { levels: [30, 21, 12], bits: 9, entryBytes: 8, huge: [21], mask: wideMask }
  return { levels: [22, 12], bits: 10, entryBytes: 4, huge: (cr4 & hugePages) === 0n ? [] : [22], mask: 0xffff_f000n }
}

// The lowest bits of an entry: present, page size, and PROT_NONE of arch/x86/include/asm/pgtable_types.h (_PAGE_BIT_PROTNONE is _PAGE_BIT_GLOBAL).
const present = 1n
const isWholePage = 1n << 7n
const noAccess = 1n << 8n
// Since 4.19 the address of a page without access is inverted in entries of 8 bytes (arch/x86/include/asm/pgtable-invert.h). No guest has memory
// up there, and not all kernels of 32 bits keep the bits from 44 on.
const inverted = 1n << 43n

/** Walks the page table whose root is at a physical address. */
export async function translate(
  read: ReadPhysical,
  { paging, root, address }: { readonly paging: Paging; readonly root: bigint; readonly address: bigint },
): Promise<Present | NotPresent> {
  const { levels, bits, entryBytes, huge, mask } = paging
  // CR3's low bits are flags and the number of the address space; PAE's table of four is aligned to 32 bytes only.
  let table = root & (levels[0] === 30 ? ~0x1fn : mask)
  for (const level of levels) {
    const index = (address >> BigInt(level)) & ((1n << BigInt(bits)) - 1n)
    const bytes = await read(table + index * BigInt(entryBytes), entryBytes)
    if (bytes.length < entryBytes) return { kind: 'not-present', entry: 0n, level, swapped: false }
    const view = new DataView(bytes.buffer, bytes.byteOffset)
    const entry = entryBytes === 8 ? view.getBigUint64(0, true) : BigInt(view.getUint32(0, true))
    const isLeaf = level === 12 || (huge.includes(level) && (entry & isWholePage) !== 0n)
    // Memory without access (mprotect PROT_NONE) is there all the same.
    const isPresent = (entry & present) !== 0n
    const isThere = isPresent || (isLeaf && (entry & noAccess) !== 0n)
    if (!isThere) return { kind: 'not-present', entry, level, swapped: level === 12 && entry !== 0n }
    if (isLeaf) {
      const size = 1n << BigInt(level)
      const offset = address & (size - 1n)
      const page = !isPresent && entryBytes === 8 && (entry & inverted) !== 0n ? ~entry & (inverted - 1n) : entry
      return { kind: 'present', address: (page & mask & ~(size - 1n)) + offset, left: size - offset }
    }
    table = entry & mask
  }
  throw new RangeError('a page table without a last level')
}
