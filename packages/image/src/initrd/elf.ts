/** What of an ELF file decides whether it can be the first program of a guest. */
export interface ElfFacts {
  readonly bits: 32 | 64
  /** e_machine: 3 i386, 62 x86-64, 183 arm64 (elf(5)). */
  readonly machine: number
  /** It is a program: neither an object file nor a core. */
  readonly isProgram: boolean
  /** The loader that it asks for (PT_INTERP); a static program asks for none. */
  readonly interpreter: string | undefined
}

/** Bytes of a file that {@link readElf} needs: headers stand at the beginning of every linked program. */
export const elfHeadBytes = 65536

/** Facts of an ELF file's beginning; `undefined` when it is none that we can read (big-endian ones included). */
export function readElf(head: Buffer): ElfFacts | undefined {
  if (head.length < 64 || head.readUInt32BE(0) !== 0x7f454c46 || head[5] !== 1) return undefined
  const bits = head[4] === 2 ? 64 : 32
  const type = head.readUInt16LE(16)
  const at = bits === 64 ? Number(head.readBigUInt64LE(32)) : head.readUInt32LE(28)
  const [size, count] = [head.readUInt16LE(bits === 64 ? 54 : 42), head.readUInt16LE(bits === 64 ? 56 : 44)]
  let interpreter: string | undefined
  for (let index = 0; index < count; index++) {
    const header = at + index * size
    if (header + size > head.length) break
    // PT_INTERP
    if (head.readUInt32LE(header) !== 3) continue
    const offset = bits === 64 ? Number(head.readBigUInt64LE(header + 8)) : head.readUInt32LE(header + 4)
    const length = bits === 64 ? Number(head.readBigUInt64LE(header + 32)) : head.readUInt32LE(header + 16)
    interpreter = head.toString('latin1', offset, Math.min(offset + length, head.length)).replace(/\0.*$/s, '')
  }
  // ET_EXEC, and ET_DYN for static-pie.
  return { bits, machine: head.readUInt16LE(18), isProgram: type === 2 || type === 3, interpreter }
}
