import { archOfElf, type Arch } from '@kernelkit/core/arch'
import { findInitrdFormat, readCpioFacts } from '@kernelkit/core/initrd'
import { parseElfHeader } from '@kernelkit/core/elf'
import { UserError, command, message, option, printable } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** Up to this size (bytes) an archive is read whole: the kernel says of a cut one only that it found no init. */
const mostBytes = 32 << 20
// The zeros with which archives are padded, and the longest magic.
const headBytes = 512

export interface InitrdInput {
  readonly path: string
  readonly arch: Arch
  /** As it was written. */
  readonly named: string
}

/** What a user's initramfs asks of the kernel. */
export interface InitrdFacts {
  /** Option that unpacks it; absent where every kernel does. */
  readonly option: string | undefined
}

/** Refuses a file that no kernel can take for an initramfs, whose panic would be blamed on the kernel: `NOT_AN_INITRD`. */
export async function checkInitrd(host: Host, { path, arch, named }: InitrdInput): Promise<InitrdFacts> {
  const head = await readHead(host, path)
  const format = findInitrdFormat(head)
  if (format === undefined) throw notAnInitrd(named, describeContent(head))
  const { size } = await host.fs.stat(path)
  const bytes = size > mostBytes ? undefined : await unpacked(format.name, await host.fs.readFile(path), named)
  if (bytes !== undefined) checkArchive(bytes, { arch, named })
  return { option: format.option }
}

function checkArchive(bytes: Uint8Array, { arch, named }: Pick<InitrdInput, 'arch' | 'named'>): void {
  const { isWhole, init } = readCpioFacts(bytes)
  if (!isWhole) throw notAnInitrd(named, 'its cpio archive is cut short or damaged')
  const header = init === undefined ? undefined : parseElfHeader(init)
  if (header === undefined || header.machine === arch.elfMachine) return
  const other = archOfElf(header)
  if (other !== undefined && other.name === arch.alsoRuns?.name) return
  throw notAnInitrd(
    named,
    `its /init is a program for ${other?.name ?? `ELF machine ${header.machine}`}, and the kernel is for ${arch.name}`,
  )
}

/** The archive of a format that Node can unpack, `undefined` for the others. */
async function unpacked(format: string, bytes: Uint8Array, named: string): Promise<Uint8Array | undefined> {
  if (format === 'cpio') return bytes
  // Old gzip (1f 9e) is for the kernel alone.
  if (format !== 'gzip' || bytes[1] !== 0x8b) return undefined
  const { constants, gunzipSync } = await import('node:zlib')
  try {
    return gunzipSync(bytes, { maxOutputLength: 8 * mostBytes })
  } catch (error) {
    // Larger than what is read, or several archives of which the last is not gzip: the kernel decides.
    if (!(error instanceof Error && 'errno' in error && (error.errno === constants.Z_DATA_ERROR || error.errno === constants.Z_BUF_ERROR)))
      return undefined
    throw notAnInitrd(named, `it is a gzip file that is cut short or damaged (${error.message})`)
  }
}

async function readHead(host: Host, path: string): Promise<Buffer> {
  const file = await host.fs.open(path, 'r').catch((cause: unknown) => {
    throw new UserError('FILE_NOT_FOUND', message`${option('initrd', path)} cannot be read.`, { hint: 'Check its permissions.', cause })
  })
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

function describeContent(head: Buffer): string {
  if (head.length === 0) return 'it is empty'
  if (head.equals(Buffer.alloc(head.length))) return 'it begins with zeros'
  const start = head.toString('latin1', 0, 6)
  if (start.startsWith('\x7fELF')) return 'it is a program (ELF), not an archive'
  if (start === '070707') return 'it is a cpio archive in the old format (odc); the kernel takes newc (`cpio -o -H newc`)'
  if (head.toString('latin1', 257, 262) === 'ustar') return 'it is a tar archive; the kernel takes cpio'
  if (/^[\t\n\r\x20-\x7e\x80-\xff]*$/.test(head.toString('latin1'))) return 'it is a text file'
  return 'it is neither a cpio archive nor one that a kernel can unpack'
}

function notAnInitrd(named: string, what: string): UserError {
  return new UserError('NOT_AN_INITRD', message`${option('initrd', printable(named))} is not an initramfs: ${what}.`, {
    hint: message`Make one with ${command('kernelkit initrd SOURCE --out FILE')}, or with \`find . | cpio -o -H newc\`.`,
    details: { path: named, what },
  })
}
