import { noteSegment, parseElfHeader } from '../elf/index.ts'

/** Bytes that belong at a place of a file. */
export interface Patch {
  readonly at: number
  readonly bytes: Uint8Array
}

/** The beginning of a dump, its size, and how to read more of it. */
export interface DumpFile {
  readonly size: number
  readonly read: (at: number, length: number) => Promise<Uint8Array>
}

const noteName = 'VMCOREINFO'
const noteHeaderBytes = 12

/** What a debugger wants to know. */
export interface Attached {
  readonly text: string
  readonly physBase: bigint | undefined
  /** `struct new_utsname`, without which libkdumpfile takes the machine for unknown. */
  readonly uts: Uint8Array | undefined
}

/** Where to write what, so that a dump of QEMU has this VMCOREINFO. Nothing for a file of another form, or one that has it already. */
export async function attachVmcoreinfo(file: DumpFile, { text, physBase, uts }: Attached): Promise<readonly Patch[]> {
  const head = await file.read(0, 64)
  const content = new TextEncoder().encode(text)
  return parseElfHeader(head) === undefined ? attachToKdump(file, { head, content, physBase, uts }) : attachToElf(file, { head, content })
}

// dump.h of QEMU (include/sysemu/dump.h), diskdump_mod.h of makedumpfile: DiskDumpHeader64/32 and KdumpSubHeader64/32, which are packed.
const signature = 'KDUMP   '
const utsAt = 12
const wide = { blockSize: 428, physBase: 0, infoAt: 32, infoSize: 40, notesAt: 48, notesSize: 56, word: 8 } as const
const narrow = { blockSize: 416, physBase: 0, infoAt: 20, infoSize: 28, notesAt: 32, notesSize: 40, word: 4 } as const

async function attachToKdump(
  { size, read }: DumpFile,
  { head, content, physBase, uts }: Omit<Attached, 'text'> & { readonly head: Uint8Array; readonly content: Uint8Array },
): Promise<readonly Patch[]> {
  if (new TextDecoder('latin1').decode(head.subarray(0, signature.length)) !== signature) return []
  const header = viewOf(await read(0, 464))
  // Both forms have the page size, which is the size of a block; the other place holds no such number.
  const form = [wide, narrow].find(({ blockSize }) => header.byteLength > blockSize + 4 && header.getUint32(blockSize, true) === 4096)
  if (form === undefined) return []
  const block = 4096
  const sub = viewOf(await read(block, 88))
  if (sub.byteLength < 88) return []
  if (sub.getBigUint64(form.infoAt, true) !== 0n) return []
  const notesBytes = form.word === 8 ? Number(sub.getBigUint64(form.notesSize, true)) : sub.getUint32(form.notesSize, true)
  const notes = await read(Number(sub.getBigUint64(form.notesAt, true)), notesBytes)
  // crash looks for the text, libkdumpfile for the note: the text is that of the note.
  const own = note(noteName, content)
  const at = Math.ceil(size / 4) * 4
  const textAt = at + notes.length + noteHeaderBytes + Math.ceil((noteName.length + 1) / 4) * 4
  return [
    { at, bytes: Uint8Array.from([...notes, ...own]) },
    { at: block + form.notesAt, bytes: little(BigInt(at), 8) },
    { at: block + form.notesSize, bytes: little(BigInt(notes.length + own.length), form.word) },
    { at: block + form.infoAt, bytes: little(BigInt(textAt), 8) },
    { at: block + form.infoSize, bytes: little(BigInt(content.length), form.word) },
    ...(uts === undefined ? [] : [{ at: utsAt, bytes: uts }]),
    ...(physBase === undefined ? [] : [{ at: block + form.physBase, bytes: little(physBase, form.word) }]),
  ]
}

async function attachToElf(
  { size, read }: DumpFile,
  { head, content }: { readonly head: Uint8Array; readonly content: Uint8Array },
): Promise<readonly Patch[]> {
  const header = parseElfHeader(head)
  if (header === undefined || !header.littleEndian) return []
  const { offset, entrySize, count } = header.segments
  const table = viewOf(await read(offset, entrySize * count))
  const index = Array.from({ length: count }, (_, one) => one).find((one) => table.getUint32(one * entrySize, true) === noteSegment)
  if (index === undefined) return []
  const [offsetAt, sizeAt, word] = header.is64 ? [8, 32, 8] : [4, 16, 4]
  const field = (at: number): number =>
    word === 8 ? Number(table.getBigUint64(index * entrySize + at, true)) : table.getUint32(index * entrySize + at, true)
  const notes = await read(field(offsetAt), field(sizeAt))
  if (new TextDecoder('latin1').decode(notes).includes(noteName)) return []
  const moved = new Uint8Array([...notes, ...note(noteName, content)])
  // Notes begin at a multiple of 4.
  const at = Math.ceil(size / 4) * 4
  return [
    { at, bytes: moved },
    { at: offset + index * entrySize + offsetAt, bytes: little(BigInt(at), word) },
    { at: offset + index * entrySize + sizeAt, bytes: little(BigInt(moved.length), word) },
  ]
}

/** A note (elf(5)) of type 0, as the kernel's own. */
function note(name: string, content: Uint8Array): readonly number[] {
  const pad = (bytes: readonly number[]): readonly number[] => [...bytes, ...Array.from({ length: (4 - (bytes.length % 4)) % 4 }, () => 0)]
  const title = [...new TextEncoder().encode(name), 0]
  return [...little(BigInt(title.length), 4), ...little(BigInt(content.length), 4), ...little(0n, 4), ...pad(title), ...pad([...content])]
}

function little(value: bigint, bytes: number): Uint8Array {
  return Uint8Array.from({ length: bytes }, (_, index) => Number((BigInt.asUintN(64, value) >> BigInt(8 * index)) & 0xffn))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
