import { expect, it } from 'vitest'
import { elfExecutable, findBuildId, noteSegment, parseElfHeader, parseNotes, parseSegments } from './index.ts'

/** A 32-bit big-endian executable with one segment of notes: what no kernel of the x86 family is. */
function powerpcProgram(notes: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(256)
  const view = new DataView(bytes.buffer)
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 1, 2])
  view.setUint16(16, elfExecutable)
  view.setUint16(18, 20)
  view.setUint32(28, 52)
  view.setUint16(42, 32)
  view.setUint16(44, 1)
  view.setUint32(52, noteSegment)
  view.setUint32(56, 128)
  view.setUint32(68, notes.length)
  bytes.set(notes, 128)
  return bytes
}

function note(name: string, type: number, content: readonly number[]): readonly number[] {
  const text = [...new TextEncoder().encode(name), 0]
  const pad = (bytes: readonly number[]) => [...bytes, ...Array.from({ length: (4 - (bytes.length % 4)) % 4 }, () => 0)]
  return [0, 0, 0, text.length, 0, 0, 0, content.length, 0, 0, 0, type, ...pad(text), ...pad(content)]
}

it('reads header, segments and notes of a 32-bit big-endian file', () => {
  const notes = Uint8Array.from([...note('Linux', 7, [1, 2, 3]), ...note('GNU', 3, [0xab, 0x0c])])
  const file = powerpcProgram(notes)
  const header = parseElfHeader(file)
  if (header === undefined) throw new Error('not read')
  expect(header).toMatchObject({ is64: false, littleEndian: false, type: elfExecutable, machine: 20 })
  const [segment] = parseSegments(header, file)
  expect(segment).toEqual({ type: noteSegment, offset: 128, size: notes.length })
  const content = file.subarray(128, 128 + notes.length)
  expect(parseNotes(header, content).map(({ name, type }) => [name, type])).toEqual([
    ['Linux', 7],
    ['GNU', 3],
  ])
  expect(findBuildId(header, content)).toBe('ab0c')
})

it('leaves out segments that are beyond what was read', () => {
  const file = powerpcProgram(new Uint8Array(0))
  const header = parseElfHeader(file)
  if (header === undefined) throw new Error('not read')
  expect(parseSegments(header, file.subarray(0, 60))).toEqual([])
})

it('is undefined for what is not ELF', () => {
  expect(parseElfHeader(new Uint8Array(64))).toBeUndefined()
  expect(parseElfHeader(Uint8Array.of(0x7f, 0x45, 0x4c, 0x46))).toBeUndefined()
})
