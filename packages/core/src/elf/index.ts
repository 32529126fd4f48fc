/** What is read of an ELF file (elf(5)), 32 or 64 bits, either byte order. */
export interface ElfHeader {
  readonly is64: boolean
  readonly littleEndian: boolean
  /** e_type, such as {@link elfExecutable}. */
  readonly type: number
  /** e_machine. */
  readonly machine: number
  readonly segments: ElfTable
  readonly sections: ElfTable & { readonly namesIndex: number }
}

interface ElfTable {
  readonly offset: number
  readonly entrySize: number
  readonly count: number
}

/** A program header. */
export interface ElfSegment {
  readonly type: number
  readonly offset: number
  readonly size: number
}

export interface ElfNote {
  readonly name: string
  readonly type: number
  readonly content: Uint8Array
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

/** e_type of a program at a fixed address (ET_EXEC); a vmlinux is one even when it can be relocated. */
export const elfExecutable = 2
/** p_type of a segment with notes (PT_NOTE). */
export const noteSegment = 4

const executableFlag = 4n
/** sh_type of sections that hold no bytes in the file. */
export const noBits = 8

/** Undefined for a file that is not ELF. */
export function parseElfHeader(bytes: Uint8Array): ElfHeader | undefined {
  if (bytes.length < 52 || bytes[0] !== 0x7f || String.fromCharCode(...bytes.subarray(1, 4)) !== 'ELF') return undefined
  const is64 = bytes[4] === 2
  const littleEndian = bytes[5] === 1
  if (is64 && bytes.length < elfHeaderSize) return undefined
  const view = viewOf(bytes)
  const short = (at: number): number => view.getUint16(at, littleEndian)
  const offset = (at: number): number => (is64 ? Number(view.getBigUint64(at, littleEndian)) : view.getUint32(at, littleEndian))
  const tail = is64 ? 54 : 42
  return {
    is64,
    littleEndian,
    type: short(16),
    machine: short(18),
    segments: { offset: offset(is64 ? 32 : 28), entrySize: short(tail), count: short(tail + 2) },
    sections: { offset: offset(is64 ? 40 : 32), entrySize: short(tail + 4), count: short(tail + 6), namesIndex: short(tail + 8) },
  }
}

/** Program headers, as far as they are in the first bytes of the file: linkers put them right after the ELF header. */
export function parseSegments(header: ElfHeader, head: Uint8Array): readonly ElfSegment[] {
  const view = viewOf(head)
  const { littleEndian, is64, segments } = header
  const word = (at: number): number => view.getUint32(at, littleEndian)
  const wide = (at: number): number => Number(view.getBigUint64(at, littleEndian))
  return Array.from({ length: segments.count }, (_, index) => segments.offset + index * segments.entrySize)
    .filter((at) => at + (is64 ? 56 : 32) <= head.length)
    .map((at) =>
      is64 ? { type: word(at), offset: wide(at + 8), size: wide(at + 32) } : { type: word(at), offset: word(at + 4), size: word(at + 16) },
    )
}

/** What of an ELF file decides whether it can be the first program of a guest. */
export interface ElfProgram {
  readonly header: ElfHeader
  /** It is a program: neither an object file nor a core. */
  readonly isProgram: boolean
  /** The loader that it asks for (PT_INTERP); a static program asks for none. */
  readonly interpreter: string | undefined
}

/** Bytes of a file that {@link readElfProgram} needs: headers are at the beginning of every linked program. */
export const elfHeadBytes = 65536

// elf(5): e_type of position-independent programs (static-pie too), p_type of the loader's name.
const sharedObject = 3
const loaderSegment = 3

/** Facts of an ELF file's beginning; `undefined` when it is not one. */
export function readElfProgram(head: Uint8Array): ElfProgram | undefined {
  const header = parseElfHeader(head)
  if (header === undefined) return undefined
  const loader = parseSegments(header, head).find(({ type }) => type === loaderSegment)
  const interpreter = loader === undefined ? undefined : nameAt(head.subarray(0, loader.offset + loader.size), loader.offset)
  return { header, isProgram: header.type === elfExecutable || header.type === sharedObject, interpreter }
}

/** Sections as far as they are in these bytes, without their names: these are in the bytes of section `namesIndex`, at `nameAt`. */
export function parseSections(header: ElfHeader, table: Uint8Array): readonly (Omit<ElfSection, 'name'> & { readonly nameAt: number })[] {
  const view = viewOf(table)
  const { littleEndian, is64 } = header
  const { entrySize, count } = header.sections
  const word = (at: number): number => view.getUint32(at, littleEndian)
  const wide = (at: number): bigint => view.getBigUint64(at, littleEndian)
  return Array.from({ length: count }, (_, index) => index * entrySize)
    .filter((at) => at + (is64 ? 64 : 40) <= table.length)
    .map((at) => {
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

// PATH_MAX: a loader has the longest of the names that are read.
const longestName = 4096

/** Text up to the next zero byte. */
export function nameAt(bytes: Uint8Array, at: number): string {
  const name = bytes.subarray(at, at + longestName)
  const end = name.indexOf(0)
  return textOf(end < 0 ? name : name.subarray(0, end))
}

const gnuBuildId = 3

/** The notes of a section or segment (elf(5), "Notes"). */
export function parseNotes({ littleEndian }: Pick<ElfHeader, 'littleEndian'>, bytes: Uint8Array): readonly ElfNote[] {
  const view = viewOf(bytes)
  const notes: ElfNote[] = []
  for (let at = 0; at + 12 <= bytes.length;) {
    const word = (field: number): number => view.getUint32(at + field, littleEndian)
    const [nameSize, size] = [word(0), word(4)]
    const content = at + 12 + aligned(nameSize)
    notes.push({ name: nameAt(bytes, at + 12), type: word(8), content: bytes.subarray(content, content + size) })
    at = content + aligned(size)
  }
  return notes
}

/** The build id among the notes of a `.notes` section, in hexadecimal. */
export function findBuildId(header: ElfHeader, notes: Uint8Array): string | undefined {
  const found = parseNotes(header, notes).find(({ name, type }) => type === gnuBuildId && name === 'GNU')
  return found === undefined ? undefined : [...found.content].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}

function aligned(size: number): number {
  return Math.ceil(size / 4) * 4
}

export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
