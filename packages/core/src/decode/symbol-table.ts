import type { FoundFrame } from '../report/frame.ts'
import { textOf, viewOf, type ElfHeader, type ElfSection } from './elf.ts'

/** Names and addresses of a kernel's code, as its own kallsyms has them. */
export interface SymbolTable {
  readonly size: number
  /** The function at an address of the executable. */
  at(address: bigint): { readonly function: string; readonly offset: number } | undefined
  /** Where a symbol of any kind is. */
  addressOf(name: string): bigint | undefined
  /** The address of the instruction that a frame stands for; `elsewhere` when no function of that name and size is known. */
  locate(frame: FoundFrame): bigint | 'elsewhere' | undefined
}

interface SymbolParts {
  readonly header: ElfHeader
  readonly sections: readonly ElfSection[]
  readonly symbols: Uint8Array
  readonly names: Uint8Array
}

// st_info of symbols that are no place in memory: sections and files.
const notPlaces: readonly number[] = [3, 4]
// What scripts/mksysmap leaves out of kallsyms; the assembler marks code and data with $x, $d.
const unlisted = /^(?:\$|\.L|__crc_|__kstrtab|__kcfi_typeid_|__pi_\.L|L0\b)/
// Functions are padded to the next one's alignment, and a label of the assembler may end one early.
const mostPadding = 64

/** Reads .symtab with its names. */
export function createSymbolTable({ header, sections, symbols, names }: SymbolParts): SymbolTable {
  const view = viewOf(symbols)
  // All names in one string: a hundred thousand of them are cut out of it in no time.
  const text = textOf(names)
  const entrySize = header.is64 ? 24 : 16
  const count = Math.floor(symbols.length / entrySize)
  const starts = new BigUint64Array(count)
  const known = new Map<string, bigint[]>()
  const others = new Map<string, bigint>()
  const labels: [bigint, string][] = []
  for (let index = 0; index < count; index += 1) {
    const at = index * entrySize
    const info = view.getUint8(at + (header.is64 ? 4 : 12))
    const section = view.getUint16(at + (header.is64 ? 6 : 14), header.littleEndian)
    if (section === 0 || notPlaces.includes(info & 15)) continue
    const from = view.getUint32(at, header.littleEndian)
    const name = text.slice(from, text.indexOf('\0', from))
    if (name === '' || unlisted.test(name)) continue
    const address = header.is64 ? view.getBigUint64(at + 8, header.littleEndian) : BigInt(view.getUint32(at + 4, header.littleEndian))
    if (sections[section]?.isCode !== true) {
      if (!others.has(name)) others.set(name, address)
      continue
    }
    starts[labels.length] = address
    labels.push([address, name])
    // CONFIG_LTO_CLANG: kallsyms drops what makes names of inlined-over files unique.
    const plain = name.replace(/\.llvm\.\d+$/, '')
    const same = known.get(plain)
    if (same === undefined) known.set(plain, [address])
    else if (!same.includes(address)) same.push(address)
  }
  const sorted = starts.subarray(0, labels.length).toSorted()
  // Of several names at one address, the first one counts.
  const byAddress = new Map(labels.toReversed())
  const sizeOf = (address: bigint): number | undefined => {
    const next = sorted[firstAbove(sorted, address)]
    return next === undefined ? undefined : Number(next - address)
  }
  const fits = (start: bigint, size: number): boolean => {
    const own = sizeOf(start)
    return own === undefined || Math.abs(own - size) < mostPadding
  }
  return {
    size: labels.length,
    at: (address) => {
      const index = firstAbove(sorted, address)
      const start = sorted[index - 1]
      const name = start === undefined ? undefined : byAddress.get(start)
      if (start === undefined || name === undefined || index === sorted.length) return undefined
      return { function: name, offset: Number(address - start) }
    },
    addressOf: (name) => known.get(name)?.[0] ?? others.get(name),
    locate: ({ function: name, offset, size, exact }) => {
      if (offset === undefined) return undefined
      const all = known.get(name) ?? []
      const same = size === undefined ? all : all.filter((start) => sizeOf(start) === size)
      const [start, another] = same.length > 0 ? same : all.filter((candidate) => size === undefined || fits(candidate, size))
      if (start === undefined) return 'elsewhere'
      // Two functions of one name and size: no line is better than one of two.
      if (another !== undefined) return undefined
      return start + BigInt(exact === true || offset === 0 ? offset : offset - 1)
    },
  }
}

/** Index of the first address above another one. */
function firstAbove(sorted: BigUint64Array, address: bigint): number {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((sorted[middle] ?? 0n) <= address) low = middle + 1
    else high = middle
  }
  return low
}
