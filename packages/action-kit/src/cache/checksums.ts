import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Host } from '@kernelkit/host'

const fileName = 'checksums.json'

interface Checksum {
  readonly bytes: number
  /** Of the pieces that are not all zero, each after its offset: the holes of a disk image are only read, not hashed. */
  readonly sha256: string
}

const pieceBytes = 2 ** 20
const zeros = Buffer.alloc(pieceBytes)

/** Notes what is in a directory, for {@link findDamage} on another machine. */
export async function writeChecksums(host: Host, directory: string): Promise<void> {
  await host.fs.writeAtomic(join(directory, fileName), `${JSON.stringify({ files: await readChecksums(host, directory) }, undefined, 2)}\n`)
}

/** What is wrong with a directory that came from elsewhere, in a few words; `undefined` when it is as it was noted. */
export async function findDamage(host: Host, directory: string): Promise<string | undefined> {
  const noted = await readNoted(host, directory)
  if (noted === undefined) return `it has no ${fileName}`
  const present = await readChecksums(host, directory)
  for (const [name, { bytes, sha256 }] of Object.entries(noted)) {
    const file = present[name]
    if (file === undefined) return `${name} is missing`
    if (file.bytes !== bytes) return `${name} has ${file.bytes} bytes instead of ${bytes}`
    if (file.sha256 !== sha256) return `the checksum of ${name} differs`
  }
  return Object.keys(noted).length === 0 ? 'it is empty' : undefined
}

async function readNoted(host: Host, directory: string): Promise<Readonly<Record<string, Checksum>> | undefined> {
  try {
    const { files } = JSON.parse(await host.fs.readFile(join(directory, fileName), 'utf8')) as { files?: Record<string, Checksum> }
    return files
  } catch {
    return undefined
  }
}

async function readChecksums(host: Host, directory: string): Promise<Readonly<Record<string, Checksum>>> {
  const entries = await host.fs.readdir(directory, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((name) => name !== fileName)
    .toSorted()
  const sums: Record<string, Checksum> = {}
  for (const name of names) sums[name] = await checksumOf(host, join(directory, name))
  return sums
}

async function checksumOf(host: Host, path: string): Promise<Checksum> {
  await using file = await host.fs.open(path, 'r')
  const hash = createHash('sha256')
  const piece = Buffer.alloc(pieceBytes)
  let offset = 0
  for (;;) {
    const { bytesRead } = await file.read(piece, 0, pieceBytes, offset)
    if (bytesRead === 0) return { bytes: offset, sha256: hash.digest('hex') }
    if (zeros.compare(piece, 0, bytesRead, 0, bytesRead) !== 0) hash.update(`${offset}\n`).update(piece.subarray(0, bytesRead))
    offset += bytesRead
  }
}
