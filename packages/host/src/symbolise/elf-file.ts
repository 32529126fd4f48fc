import type { FileHandle } from 'node:fs/promises'
import { elfHeaderSize, nameAt, parseElfHeader, parseSections, type ElfHeader, type ElfSection } from '@kernelkit/core/elf'

// Names of sections and symbols: hundreds of times of what the default kernel has (0.5 KiB, 0.9 MiB).
const mostNameBytes = 2 ** 20
/** The most that is read at once, in bytes. */
export const mostBytes = 2 ** 28

/** A part of the file, shorter where the file ends. */
export interface ReadableFile {
  read(at: number, length: number): Promise<Uint8Array>
}

/** Whatever headers say, nothing is read past the end; `tooLarge` makes the error for parts of more than {@link mostBytes}. */
export async function readableFile(handle: FileHandle, tooLarge: () => Error): Promise<ReadableFile> {
  const { size } = await handle.stat()
  return {
    read: async (at, asked) => {
      const length = Math.min(asked, size - at)
      if (!(length > 0)) return new Uint8Array(0)
      if (length > mostBytes) throw tooLarge()
      const bytes = new Uint8Array(length)
      let done = 0
      while (done < length) {
        const { bytesRead } = await handle.read(bytes, done, length - done, at + done)
        if (bytesRead === 0) break
        done += bytesRead
      }
      return bytes.subarray(0, done)
    },
  }
}

/** `undefined` for a file that is not ELF. */
export async function readElfSections(
  file: ReadableFile,
): Promise<{ readonly header: ElfHeader; readonly sections: readonly ElfSection[] } | undefined> {
  const header = parseElfHeader(await file.read(0, elfHeaderSize))
  if (header === undefined) return undefined
  const { offset, entrySize, count, namesIndex } = header.sections
  const sections = parseSections(header, await file.read(offset, entrySize * count))
  const names = sections[namesIndex]
  const text = names === undefined ? new Uint8Array(0) : await file.read(names.offset, Math.min(names.size, mostNameBytes))
  return { header, sections: sections.map((section) => ({ ...section, name: nameAt(text, section.nameAt) })) }
}
