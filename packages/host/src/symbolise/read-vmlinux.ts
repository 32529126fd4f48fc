import type { FileHandle } from 'node:fs/promises'
import { createSymbolTable, type SymbolTable } from '@kernelkit/core/decode'
import { findBuildId, nameAt, noBits, type ElfHeader, type ElfSection } from '@kernelkit/core/elf'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { mostBytes, readableFile, readElfSections, type ReadableFile } from './elf-file.ts'

/** An executable that decodes addresses; its size hardly matters, only parts of it are read. */
export interface Vmlinux {
  readonly path: string
  /** e_machine. */
  readonly machine: number
  readonly buildId: string | undefined
  /** Its `Linux version …` line. */
  readonly banner: string | undefined
  readonly hasLines: boolean
  readonly symbols: SymbolTable
}

/** Throws VMLINUX_MISSING, NOT_A_VMLINUX and VMLINUX_STRIPPED. */
export async function readVmlinux(host: Pick<Host, 'fs'>, path: string): Promise<Vmlinux> {
  await using handle = await open(host, path)
  const file = await readableFile(handle, () => tooLarge(path))
  const elf = await readElfSections(file)
  if (elf === undefined) throw notElf(path)
  const { header, sections } = elf
  const table = sections.find(({ name }) => name === '.symtab')
  const names = table === undefined ? undefined : sections[table.link]
  if (table === undefined || names === undefined || table.size === 0) throw stripped(path)
  const symbols = createSymbolTable({
    header,
    sections,
    symbols: await file.read(table.offset, table.size),
    names: await file.read(names.offset, names.size),
  })
  return {
    path,
    machine: header.machine,
    buildId: await buildIdOf(file, header, sections),
    banner: await readText(file, sections, symbols.addressOf('linux_banner')),
    hasLines: sections.some(({ name, size }) => /^\.z?debug_line$/.test(name) && size > 0),
    symbols,
  }
}

/** The build id of an executable, stripped or not; `undefined` when it has none, or cannot be read. */
export async function readBuildId({ fs }: Pick<Host, 'fs'>, path: string): Promise<string | undefined> {
  const handle = await fs.open(path).catch(() => undefined)
  if (handle === undefined) return undefined
  await using closing = handle
  const file = await readableFile(closing, () => tooLarge(path))
  const elf = await readElfSections(file)
  return elf === undefined ? undefined : buildIdOf(file, elf.header, elf.sections)
}

/** A section that a program may look into. */
export interface VmlinuxPart {
  readonly address: bigint
  readonly bytes: Uint8Array
}

/** Some sections by their names; one that the file lacks is absent. Throws VMLINUX_MISSING and NOT_A_VMLINUX. */
export async function readVmlinuxParts(
  host: Pick<Host, 'fs'>,
  path: string,
  names: readonly string[],
): Promise<ReadonlyMap<string, VmlinuxPart>> {
  await using handle = await open(host, path)
  const file = await readableFile(handle, () => tooLarge(path))
  const elf = await readElfSections(file)
  if (elf === undefined) throw notElf(path)
  const parts = new Map<string, VmlinuxPart>()
  for (const { name, address, offset, size, type } of elf.sections)
    if (names.includes(name) && type !== noBits) parts.set(name, { address, bytes: await file.read(offset, size) })
  return parts
}

async function open({ fs }: Pick<Host, 'fs'>, path: string): Promise<FileHandle> {
  try {
    const file = await fs.open(path)
    if ((await file.stat()).isFile()) return file
    await file.close()
  } catch (cause) {
    throw new UserError('VMLINUX_MISSING', `${path} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`, {
      hint: message`Name the vmlinux of the kernel that printed the log; ${command('kernelkit build', { action: 'the build-kernel action' })} leaves it next to the kernel.`,
      details: { path },
      cause,
    })
  }
  throw notElf(path)
}

async function buildIdOf(file: ReadableFile, header: ElfHeader, sections: readonly ElfSection[]): Promise<string | undefined> {
  for (const { name, offset, size } of sections) {
    // The kernel's linker script gathers all notes in .notes; a program has them in separate sections.
    if (name !== '.notes' && name !== '.note.gnu.build-id') continue
    const found = findBuildId(header, await file.read(offset, Math.min(size, mostNoteBytes)))
    if (found !== undefined) return found
  }
  return undefined
}

// Hundreds of times of what the default kernel has (0.2 KiB).
const mostNoteBytes = 2 ** 20

// linux_banner is shorter.
const maxTextBytes = 1024

async function readText(file: ReadableFile, sections: readonly ElfSection[], address: bigint | undefined): Promise<string | undefined> {
  const section = sections.find(
    ({ address: start, size, type }) =>
      address !== undefined && start !== 0n && type !== noBits && address >= start && address < start + BigInt(size),
  )
  if (section === undefined || address === undefined) return undefined
  const text = nameAt(await file.read(section.offset + Number(address - section.address), maxTextBytes), 0).trim()
  return text === '' ? undefined : text
}

function tooLarge(path: string): UserError {
  return new UserError('NOT_A_VMLINUX', `${path} has a symbol table of more than ${mostBytes / 2 ** 20} MiB, which no kernel has.`, {
    hint: 'Name the vmlinux at the top of the build directory.',
    details: { path },
  })
}

function notElf(path: string): UserError {
  return new UserError('NOT_A_VMLINUX', `${path} is not an ELF executable.`, {
    hint: 'Name the vmlinux at the top of the build directory, not the compressed image that is booted.',
    details: { path },
  })
}

function stripped(path: string): UserError {
  return new UserError('VMLINUX_STRIPPED', `${path} has no symbols: no address can be found in it.`, {
    hint: message`Name the vmlinux as the build made it, before strip; ${option('symbols')} fetches that of a distribution's kernel that ${option('kernel')} names. It is in a package of its own (Debian: linux-image-RELEASE-dbg, below /usr/lib/debug/boot); without a vmlinux reports are shown undecoded.`,
    details: { path },
  })
}
