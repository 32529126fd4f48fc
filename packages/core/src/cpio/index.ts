import type { CpioDevice, CpioEntry, CpioHeaderEntry } from './cpio-entry.ts'

export type {
  CpioDevice,
  CpioDirectory,
  CpioEntry,
  CpioFifo,
  CpioFile,
  CpioHeaderEntry,
  CpioStreamedFile,
  CpioSymlink,
} from './cpio-entry.ts'

// File type bits of st_mode (inode(7)).
const typeBits: Readonly<Record<CpioHeaderEntry['kind'], number>> = {
  socket: 0o140000,
  symlink: 0o120000,
  file: 0o100000,
  'block-device': 0o060000,
  directory: 0o040000,
  'character-device': 0o020000,
  fifo: 0o010000,
}

const encoder = new TextEncoder()

/** A newc archive of these entries (Documentation/driver-api/early-userspace/buffer-format.rst): same entries, same bytes, whatever their order. */
export function writeCpio(entries: Iterable<CpioEntry>): Uint8Array {
  const chunks: Uint8Array[] = []
  let ino = 0
  for (const entry of orderCpioEntries(entries)) {
    const content = contentOf(entry)
    chunks.push(cpioHeader(entry, { ino: ++ino, size: content.byteLength }), content, cpioPadding(content.byteLength))
  }
  chunks.push(cpioTrailer())
  return join(chunks)
}

/** The console that the kernel opens for /init (init/main.c, console_on_rootfs). */
export const consoleMembers: readonly CpioDevice[] = [{ kind: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 }]

/**
 * Sorted by path with every parent directory present (0755, root) and before its children: the kernel
 * does not make missing parents and silently drops what is below them.
 */
export function orderCpioEntries<T extends CpioHeaderEntry>(entries: Iterable<T>): readonly (T | CpioEntry)[] {
  const byPath = new Map<string, T | CpioEntry>()
  for (const entry of entries) {
    const path = checkPath(entry.path)
    if (byPath.has(path)) throw new TypeError(`two cpio entries have the path '${path}'`)
    byPath.set(path, entry)
  }
  for (const path of Array.from(byPath.keys())) {
    for (let slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      const parent = path.slice(0, slash)
      const found = byPath.get(parent)
      if (found === undefined) byPath.set(parent, { kind: 'directory', path: parent, mode: 0o755 })
      else if (found.kind !== 'directory') throw new TypeError(`cpio entry '${path}' is below '${parent}', which is a ${found.kind}`)
    }
  }
  // By code unit: no locale may change the bytes. A parent is a prefix of its children, so it comes first.
  return [...byPath.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry)
}

/** Header, name and padding of one member; `size` content bytes and {@link cpioPadding} follow. */
export function cpioHeader(entry: CpioHeaderEntry, { ino, size }: { readonly ino: number; readonly size: number }): Uint8Array {
  const device = entry.kind === 'character-device' || entry.kind === 'block-device' ? entry : undefined
  return rawHeader(entry.path, [
    // The kernel takes equal inode numbers with nlink > 1 for hard links, so each member has its own.
    ino,
    typeBits[entry.kind] | (entry.mode & 0o7777),
    entry.uid ?? 0,
    entry.gid ?? 0,
    entry.kind === 'directory' ? 2 : 1,
    entry.mtime ?? 0,
    size,
    // Device that held the file: always 0:0.
    0,
    0,
    device?.major ?? 0,
    device?.minor ?? 0,
  ])
}

/** The member that ends an archive. */
export function cpioTrailer(): Uint8Array {
  return rawHeader('TRAILER!!!', [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0])
}

/** Zero bytes that pad content of this length to a multiple of 4. */
export function cpioPadding(length: number): Uint8Array {
  return new Uint8Array((4 - (length % 4)) % 4)
}

/** Bytes that a member has after its header: a file's content, a symlink's target. */
function contentOf(entry: CpioEntry): Uint8Array {
  if (entry.kind === 'file') return entry.content
  return entry.kind === 'symlink' ? encoder.encode(entry.target) : new Uint8Array()
}

/** 6 bytes of magic, 13 fields of 8 hexadecimal digits, the name with its zero, padding to 4. */
function rawHeader(name: string, fields: readonly number[]): Uint8Array {
  const nameBytes = encoder.encode(`${name}\0`)
  // The last two fields: length of the name with its zero, and the checksum that only the crc variant has.
  const text = `070701${[...fields, nameBytes.byteLength, 0].map((field) => hexField(name, field)).join('')}`
  const head = encoder.encode(text)
  return join([head, nameBytes, cpioPadding(head.byteLength + nameBytes.byteLength)])
}

function hexField(name: string, value: number): string {
  if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
    throw new RangeError(`cpio entry '${name}': ${value} does not fit in 32 bits`)
  return value.toString(16).padStart(8, '0').toUpperCase()
}

function checkPath(path: string): string {
  const names = path.split('/')
  if (
    path === '.' ||
    (path !== '' && names.every((part) => part !== '' && part !== '.' && part !== '..') && path !== 'TRAILER!!!' && !path.includes('\0'))
  )
    return path
  throw new TypeError(`'${path}' is not a path inside a cpio archive`)
}

function join(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0))
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.byteLength
  }
  return whole
}
