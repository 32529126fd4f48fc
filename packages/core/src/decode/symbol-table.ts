import type { FoundFrame } from '../report/frame.ts'
import { textOf, viewOf, type ElfHeader, type ElfSection } from '../elf/index.ts'

/** Names and addresses of a kernel's code, as its own kallsyms has them. */
export interface SymbolTable {
  /** The function at an address of the executable. */
  at(address: bigint): { readonly function: string; readonly offset: number } | undefined
  /** Where a function is, or one of {@link readData}. */
  addressOf(name: string): bigint | undefined
  /** The address of the instruction that a frame stands for; `elsewhere` when no function of that name and size is known. */
  locate(frame: FoundFrame): bigint | 'elsewhere' | undefined
}

interface SymbolParts {
  readonly header: ElfHeader
  readonly sections: readonly ElfSection[]
  readonly symbols: Uint8Array
  readonly names: Uint8Array
  /** Only of the section with this index: in a module each begins at address 0. */
  readonly section?: number
}

// st_info of symbols that are no place in memory: sections and files.
const notPlaces: readonly number[] = [3, 4]
// What scripts/mksysmap leaves out of kallsyms; the assembler marks code and data with $x, $d.
const unlisted = /^(?:\$|\.L|__crc_|__kstrtab|__kcfi_typeid_|__pi_\.L|L0\b)/
/** What is read besides code: the "Linux version …" line, and where an inspection of memory begins. */
const readData: ReadonlySet<string> = new Set([
  'linux_banner',
  'init_task',
  'init_uts_ns',
  'swapper_pg_dir',
  'init_top_pgt',
  'vmcoreinfo_data',
  'modules',
  'page_offset_base',
  '__pgtable_l5_enabled',
  '__per_cpu_offset',
  'pcpu_hot',
  'current_task',
  'prb',
  'log_buf',
  'log_buf_len',
])
// Functions are padded to the next one's alignment, and a label of the assembler may end one early.
const mostPadding = 64
// The pages of a module end at a multiple of 4 KiB, and of 64 KiB where pages are larger.
const mostLastPadding = 65_536

// KSYM_NAME_LEN of include/linux/kallsyms.h, and room for what compilers append.
const longestName = 1024

/** Reads .symtab with its names. */
export function createSymbolTable({ header, sections, symbols, names: nameBytes, section: only }: SymbolParts): SymbolTable {
  const view = viewOf(symbols)
  // All names in one string: a hundred thousand of them are cut out of it in no time.
  const text = textOf(nameBytes)
  const entrySize = header.is64 ? 24 : 16
  const count = Math.floor(symbols.length / entrySize)
  const starts = new BigUint64Array(count)
  const names: string[] = []
  // Nearly every name is there once: a number takes less memory than a list.
  const known = new Map<string, number | number[]>()
  const data = new Map<string, bigint>()
  for (let index = 0; index < count; index += 1) {
    const at = index * entrySize
    const info = view.getUint8(at + (header.is64 ? 4 : 12))
    const section = view.getUint16(at + (header.is64 ? 6 : 14), header.littleEndian)
    if (section === 0 || (only !== undefined && section !== only) || notPlaces.includes(info & 15)) continue
    const from = view.getUint32(at, header.littleEndian)
    const isCode = sections[section]?.isCode === true
    const rest = text.slice(from, from + longestName)
    const name = rest.slice(0, rest.indexOf('\0'))
    if (name === '' || unlisted.test(name) || (!isCode && !readData.has(name))) continue
    const address = header.is64 ? view.getBigUint64(at + 8, header.littleEndian) : BigInt(view.getUint32(at + 4, header.littleEndian))
    if (!isCode) {
      data.set(name, address)
      continue
    }
    const number = names.length
    starts[number] = address
    names.push(name)
    // CONFIG_LTO_CLANG: kallsyms drops what makes names of static functions unique.
    const plain = name.replace(/\.llvm\.\d+$/, '')
    const same = known.get(plain)
    if (typeof same === 'object') same.push(number)
    else known.set(plain, same === undefined ? number : [same, number])
  }
  const sorted = starts.subarray(0, names.length).toSorted()
  const addressesOf = (name: string): readonly bigint[] => [...new Set(listOf(known.get(name)).map((number) => starts[number] ?? 0n))]
  const sizeOf = (address: bigint): number | undefined => {
    const next = sorted[firstAbove(sorted, address)]
    return next === undefined ? undefined : Number(next - address)
  }
  const end = only === undefined ? undefined : sections[only]?.size
  const fits = (start: bigint, size: number): boolean => {
    const own = sizeOf(start)
    if (end === undefined) return own === undefined || Math.abs(own - size) < mostPadding
    // The last function of a section reaches to the next section, or to the end of the module's pages.
    const rest = end - Number(start)
    return own === undefined && size >= rest && size < rest + mostLastPadding
  }
  return {
    at: (address) => {
      const index = firstAbove(sorted, address)
      const start = sorted[index - 1]
      // Of several names at one address, the first one counts.
      const name = start === undefined ? undefined : names[starts.indexOf(start)]
      if (start === undefined || name === undefined) return undefined
      // Where the last function of a whole executable ends is not known.
      if (index === sorted.length && (end === undefined || address >= BigInt(end))) return undefined
      return { function: name, offset: Number(address - start) }
    },
    addressOf: (name) => addressesOf(name)[0] ?? data.get(name),
    locate: ({ function: name, offset, size, exact }) => {
      if (offset === undefined) return undefined
      const all = addressesOf(name)
      const same = size === undefined ? all : all.filter((start) => sizeOf(start) === size)
      const [start, another] = same.length > 0 ? same : all.filter((candidate) => size === undefined || fits(candidate, size))
      if (start === undefined) return 'elsewhere'
      // Two functions of one name and size: no line is better than one of two.
      if (another !== undefined) return undefined
      return start + BigInt(exact === true || offset === 0 ? offset : offset - 1)
    },
  }
}

function listOf(numbers: number | readonly number[] | undefined): readonly number[] {
  if (numbers === undefined) return []
  return typeof numbers === 'number' ? [numbers] : numbers
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
