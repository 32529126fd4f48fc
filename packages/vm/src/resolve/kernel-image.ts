import type { FileHandle } from 'node:fs/promises'
import type { ArchName } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** What a kernel file says of itself. */
export interface KernelImage {
  readonly path: string
  readonly format: 'bzImage' | 'vmlinux'
  readonly arch: ArchName
  /** A vmlinux that QEMU may enter directly; a bzImage always boots. */
  readonly bootable: boolean
  /** From the header of a bzImage; a vmlinux has it somewhere in its data. */
  readonly release: string | undefined
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  readonly bytes: number
}

/** Reads the headers of a kernel file; `NOT_A_KERNEL` says what it is instead. */
export async function readKernelImage(host: Host, path: string): Promise<KernelImage> {
  const stat = await host.fs.stat(path).catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', `the kernel ${path} cannot be read.`, { hint: 'build it first, or check --kernel.', cause })
  })
  if (!stat.isFile()) throw notAKernel(path, 'it is not a regular file')
  const file = await host.fs.open(path, 'r').catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', `the kernel ${path} cannot be read.`, { hint: 'check its permissions.', cause })
  })
  try {
    const head = await readAt(file, 0, 4096)
    const common = { path, modifiedAt: stat.mtimeMs, bytes: stat.size }
    const found = bzImageFacts(head, await versionText(file, head)) ?? (await vmlinuxFacts(file, head))
    if (found === undefined) throw notAKernel(path, stat.size === 0 ? 'it is empty' : describeContent(head))
    return { ...common, ...found }
  } finally {
    await file.close()
  }
}

type Facts = Pick<KernelImage, 'format' | 'arch' | 'bootable' | 'release'>

/** Documentation/arch/x86/boot.rst: "HdrS" at 0x202, xloadflags at 0x236 with bit 0 for a 64-bit kernel. */
function bzImageFacts(head: Buffer, version: string | undefined): Facts | undefined {
  if (head.length < 0x268 || head.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined
  const isWide = (head.readUInt16LE(0x236) & 1) === 1
  return { format: 'bzImage', arch: isWide ? 'x86_64' : 'i386', bootable: true, release: version?.split(' ', 1)[0] }
}

/** kernel_version at 0x20e: offset of the text from 0x200. */
async function versionText(file: FileHandle, head: Buffer): Promise<string | undefined> {
  if (head.length < 0x268 || head.toString('latin1', 0x202, 0x206) !== 'HdrS') return undefined
  const offset = head.readUInt16LE(0x20e)
  if (offset === 0) return undefined
  const text = (await readAt(file, offset + 0x200, 256)).toString('latin1')
  return text.split('\0', 1)[0]
}

const elfMachines: Readonly<Record<number, ArchName>> = { 3: 'i386', 62: 'x86_64' }

async function vmlinuxFacts(file: FileHandle, head: Buffer): Promise<Facts | undefined> {
  if (head.length < 64 || head.toString('latin1', 0, 4) !== '\x7fELF') return undefined
  const arch = elfMachines[head.readUInt16LE(18)]
  // e_type 2: an executable; vmlinux is one even when it can be relocated.
  if (arch === undefined || head.readUInt16LE(16) !== 2) return undefined
  const segments = noteSegments(head)
  const notes = await Promise.all(segments.map(({ offset, size }) => readAt(file, offset, Math.min(size, 65_536))))
  // Linux gives every kernel its own notes; any other static program lacks name "Linux" as well as "Xen".
  const all = notes.flatMap(readNotes)
  if (!all.some((note) => note.name === 'Linux' || note.name === 'Xen')) return undefined
  return { format: 'vmlinux', arch, bootable: all.some(isPvhEntry), release: undefined }
}

// XEN_ELFNOTE_PHYS32_ENTRY (include/xen/interface/elfnote.h): the entry that QEMU calls for PVH.
function isPvhEntry(note: Note): boolean {
  return note.name === 'Xen' && note.type === 18
}

function noteSegments(head: Buffer): readonly { readonly offset: number; readonly size: number }[] {
  const isWide = head[4] === 2
  const table = isWide ? Number(head.readBigUInt64LE(32)) : head.readUInt32LE(28)
  const entrySize = head.readUInt16LE(isWide ? 54 : 42)
  const count = head.readUInt16LE(isWide ? 56 : 44)
  return Array.from({ length: count }, (_, index) => table + index * entrySize)
    .filter((at) => at + entrySize <= head.length && head.readUInt32LE(at) === 4)
    .map((at) =>
      isWide
        ? { offset: Number(head.readBigUInt64LE(at + 8)), size: Number(head.readBigUInt64LE(at + 32)) }
        : { offset: head.readUInt32LE(at + 4), size: head.readUInt32LE(at + 16) },
    )
}

interface Note {
  readonly name: string
  readonly type: number
}

function readNotes(data: Buffer): readonly Note[] {
  const notes: Note[] = []
  let at = 0
  while (at + 12 <= data.length) {
    const nameSize = data.readUInt32LE(at)
    const valueSize = data.readUInt32LE(at + 4)
    const name = data.toString('latin1', at + 12, at + 12 + Math.max(nameSize - 1, 0))
    notes.push({ name, type: data.readUInt32LE(at + 8) })
    at += 12 + align4(nameSize) + align4(valueSize)
  }
  return notes
}

function align4(size: number): number {
  return Math.ceil(size / 4) * 4
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

function describeContent(head: Buffer): string {
  const start = head.toString('latin1', 0, 6)
  if (start.startsWith('\x7fELF')) return 'it is an ELF file, but no x86 kernel'
  if (start.startsWith('\x1f\x8b')) return 'it is a gzip file'
  if (start.startsWith('070701')) return 'it is a cpio archive (an initramfs?)'
  if (start.startsWith('\xfd7zXZ')) return 'it is an xz file'
  if (start.startsWith('#!')) return 'it is a script'
  return 'it has neither the header of a bzImage nor that of a vmlinux'
}

function notAKernel(path: string, what: string): UserError {
  return new UserError('NOT_A_KERNEL', `${path} is not a kernel: ${what}.`, {
    hint: 'name arch/x86/boot/bzImage, a vmlinux, or the build folder.',
    details: { path, what },
  })
}
