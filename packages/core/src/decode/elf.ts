/** What is read of an ELF file (elf(5)), 32 or 64 bits, either byte order. */
export interface ElfHeader {
  readonly is64: boolean
  readonly littleEndian: boolean
  /** e_machine. */
  readonly machine: number
  /** e_type. */
  readonly type: number
  readonly programs: { readonly offset: number; readonly entrySize: number; readonly count: number }
  readonly sections: { readonly offset: number; readonly entrySize: number; readonly count: number; readonly namesIndex: number }
}

export interface ElfSection {
  readonly name: string
  readonly type: number
  readonly isCode: boolean
  readonly address: bigint
  readonly offset: number
  readonly size: number
  /** Index of the section with its names, for a symbol table. */
  readonly link: number
}

/** Bytes that `parseElfHeader` wants. */
export const elfHeaderSize = 64

const executableFlag = 4n
/** sh_type of sections that hold no bytes in the file. */
export const noBits = 8

/** Undefined for a file that is no ELF. */
export function parseElfHeader(bytes: Uint8Array): ElfHeader | undefined {
  if (bytes.length < 52 || bytes[0] !== 0x7f || String.fromCharCode(...bytes.subarray(1, 4)) !== 'ELF') return undefined
  const is64 = bytes[4] === 2
  const littleEndian = bytes[5] === 1
  if (is64 && bytes.length < elfHeaderSize) return undefined
  const view = viewOf(bytes)
  const short = (at: number): number => view.getUint16(at, littleEndian)
  const tail = is64 ? 58 : 46
  return {
    is64,
    littleEndian,
    machine: short(18),
    type: short(16),
    programs: {
      offset: is64 ? Number(view.getBigUint64(32, littleEndian)) : view.getUint32(28, littleEndian),
      entrySize: short(tail - 4),
      count: short(tail - 2),
    },
    sections: {
      offset: is64 ? Number(view.getBigUint64(40, littleEndian)) : view.getUint32(32, littleEndian),
      entrySize: short(tail),
      count: short(tail + 2),
      namesIndex: short(tail + 4),
    },
  }
}

/** What of an ELF file decides whether it can be the first program of a guest. */
export interface ElfProgram {
  readonly bits: 32 | 64
  /** e_machine: 3 i386, 62 x86-64, 183 arm64 (elf(5)). */
  readonly machine: number
  /** It is a program: neither an object file nor a core. */
  readonly isProgram: boolean
  /** The loader that it asks for (PT_INTERP); a static program asks for none. */
  readonly interpreter: string | undefined
}

/** Bytes of a file that {@link readElfProgram} needs: headers are at the beginning of every linked program. */
export const elfHeadBytes = 65536

const loaderEntry = 3

/** Facts of an ELF file's beginning; `undefined` when it is none that a guest of ours can run (big-endian ones included). */
export function readElfProgram(head: Uint8Array): ElfProgram | undefined {
  const header = parseElfHeader(head)
  if (header === undefined || !header.littleEndian) return undefined
  const { is64, machine, type, programs } = header
  const view = viewOf(head)
  const read = (at: number): number => (is64 ? Number(view.getBigUint64(at, true)) : view.getUint32(at, true))
  let interpreter: string | undefined
  for (let index = 0; index < programs.count; index++) {
    const at = programs.offset + index * programs.entrySize
    if (at + programs.entrySize > head.length) break
    if (view.getUint32(at, true) !== loaderEntry) continue
    const [offset, length] = is64 ? [read(at + 8), read(at + 32)] : [read(at + 4), read(at + 16)]
    interpreter = nameAt(head.subarray(0, Math.min(offset + length, head.length)), offset)
  }
  // ET_EXEC, and ET_DYN for static-pie.
  return { bits: is64 ? 64 : 32, machine, isProgram: type === 2 || type === 3, interpreter }
}

/** Sections without their names: these are in the bytes of section `namesIndex`, at `nameAt`. */
export function parseSections(header: ElfHeader, table: Uint8Array): readonly (Omit<ElfSection, 'name'> & { readonly nameAt: number })[] {
  const view = viewOf(table)
  const { littleEndian, is64 } = header
  const { entrySize, count } = header.sections
  const word = (at: number): number => view.getUint32(at, littleEndian)
  const wide = (at: number): bigint => view.getBigUint64(at, littleEndian)
  return Array.from({ length: count }, (_, index) => {
    const at = index * entrySize
    const [flags, address, offset, size, link] = is64
      ? [wide(at + 8), wide(at + 16), Number(wide(at + 24)), Number(wide(at + 32)), word(at + 40)]
      : [BigInt(word(at + 8)), BigInt(word(at + 12)), word(at + 16), word(at + 20), word(at + 24)]
    return { nameAt: word(at), type: word(at + 4), isCode: (flags & executableFlag) !== 0n, address, offset, size, link }
  })
}

/** One character for each byte, so that places in the bytes are places in the text. */
export function textOf(bytes: Uint8Array): string {
  return new TextDecoder('latin1').decode(bytes)
}

/** Text up to the next zero byte. */
export function nameAt(bytes: Uint8Array, at: number): string {
  const end = bytes.indexOf(0, at)
  return textOf(bytes.subarray(at, end < 0 ? bytes.length : end))
}

const gnuBuildId = 3

/** The build id among the notes of a `.notes` section, in hexadecimal. */
export function findBuildId(header: ElfHeader, notes: Uint8Array): string | undefined {
  const view = viewOf(notes)
  for (let at = 0; at + 12 <= notes.length;) {
    const [nameSize, size, type] = [0, 4, 8].map((field) => view.getUint32(at + field, header.littleEndian))
    if (nameSize === undefined || size === undefined) return undefined
    const content = at + 12 + aligned(nameSize)
    if (type === gnuBuildId && nameAt(notes, at + 12) === 'GNU')
      return [...notes.subarray(content, content + size)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
    at = content + aligned(size)
  }
  return undefined
}

function aligned(size: number): number {
  return (size + 3) & ~3
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
