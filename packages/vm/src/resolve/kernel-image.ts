import type { FileHandle } from 'node:fs/promises'
import {
  archNames,
  archOfElf,
  imageHeadBytes,
  kernelImageNames,
  kernelImagePaths,
  listNames,
  readImageHeader,
  type Arch,
  type ArchName,
} from '@kernelkit/core/arch'
import { elfExecutable, noteSegment, parseElfHeader, parseNotes, parseSegments } from '@kernelkit/core/elf'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** What a kernel file says of itself. */
export interface KernelImage {
  readonly path: string
  /** `image`: compressed, with the architecture's own header. */
  readonly format: 'image' | 'vmlinux'
  readonly arch: ArchName
  /** A vmlinux that QEMU may enter directly; an image always boots. */
  readonly bootable: boolean
  /** From the header of an image; a vmlinux has it somewhere in its data. */
  readonly release: string | undefined
  /** Milliseconds since 1970. */
  readonly modifiedAt: number
  readonly bytes: number
}

/** Reads the headers of a kernel file; `NOT_A_KERNEL` says what it is instead. */
export async function readKernelImage(host: Host, path: string): Promise<KernelImage> {
  const stat = await host.fs.stat(path).catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', `the kernel ${path} cannot be read.`, {
      hint: message`Build it first, or check ${option('kernel')}.`,
      cause,
    })
  })
  if (!stat.isFile()) throw notAKernel(path, 'it is not a regular file')
  const file = await host.fs.open(path, 'r').catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', `the kernel ${path} cannot be read.`, { hint: 'Check its permissions.', cause })
  })
  try {
    const head = await readAt(file, 0, imageHeadBytes)
    const common = { path, modifiedAt: stat.mtimeMs, bytes: stat.size }
    const found = (await imageFacts(file, head)) ?? (await vmlinuxFacts(file, head))
    if (found === undefined) throw notAKernel(path, stat.size === 0 ? 'it is empty' : describeContent(head))
    return { ...common, ...found }
  } finally {
    await file.close()
  }
}

type Facts = Pick<KernelImage, 'format' | 'arch' | 'bootable' | 'release'>

async function imageFacts(file: FileHandle, head: Buffer): Promise<Facts | undefined> {
  const header = readImageHeader(head)
  if (header === undefined) return undefined
  const version = header.versionAt === undefined ? undefined : (await readAt(file, header.versionAt, 256)).toString('latin1')
  return { format: 'image', arch: header.arch.name, bootable: true, release: version?.split(/[ \0]/, 1)[0] }
}

// A kernel has one, distributions have two.
const mostNoteSegments = 8

async function vmlinuxFacts(file: FileHandle, head: Buffer): Promise<Facts | undefined> {
  const header = parseElfHeader(head)
  const arch = header === undefined ? undefined : archOfElf(header)
  if (header === undefined || arch === undefined || header.type !== elfExecutable) return undefined
  const segments = parseSegments(header, head)
    .filter(({ type }) => type === noteSegment)
    .slice(0, mostNoteSegments)
  const notes = await Promise.all(
    segments.map(async ({ offset, size }) => parseNotes(header, await readAt(file, offset, Math.min(size, 65_536)))),
  )
  // Linux gives every kernel its own notes; any other static program lacks name "Linux" as well as that of an entry.
  const names = ['Linux', ...(typeof arch.directEntry === 'string' ? [] : [arch.directEntry.name])]
  if (!notes.flat().some(({ name }) => names.includes(name))) return undefined
  return { format: 'vmlinux', arch: arch.name, bootable: canEnter(arch, notes.flat()), release: undefined }
}

function canEnter({ directEntry }: Arch, notes: readonly { readonly name: string; readonly type: number }[]): boolean {
  if (typeof directEntry === 'string') return directEntry === 'always'
  return notes.some(({ name, type }) => name === directEntry.name && type === directEntry.type)
}

async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  // A damaged header may name any place.
  if (!Number.isSafeInteger(position)) return Buffer.alloc(0)
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position)
  return buffer.subarray(0, bytesRead)
}

function describeContent(head: Buffer): string {
  const start = head.toString('latin1', 0, 6)
  if (start.startsWith('\x7fELF')) return `it is an ELF file, but not a kernel for ${listNames(archNames)}`
  if (start.startsWith('\x1f\x8b')) return 'it is a gzip file'
  if (start.startsWith('070701')) return 'it is a cpio archive (an initramfs?)'
  if (start.startsWith('\xfd7zXZ')) return 'it is an xz file'
  // deb(5), and the lead of rpm files: both are kernels by their names.
  if (head.toString('latin1', 0, 8) === '!<arch>\n')
    return 'it is a package of Debian, whose name has to end with .deb and to be without a comma'
  if (start.startsWith('\xed\xab\xee\xdb')) return 'it is an rpm package, whose name has to end with .rpm and to be without a comma'
  if (start.startsWith('#!')) return 'it is a script'
  if (/^[\t\n\r\x20-\x7e\x80-\xff]+$/.test(head.toString('latin1', 0, 512))) return 'it is a text file'
  return `it has neither the header of a ${listNames(kernelImageNames)} nor that of a vmlinux`
}

function notAKernel(path: string, what: string): UserError {
  return new UserError('NOT_A_KERNEL', `${path} is not a kernel: ${what}.`, {
    hint: `Name ${listNames(kernelImagePaths)}, a vmlinux, or the build directory.`,
    details: { path, what },
  })
}
