import { join } from 'node:path'
import { digestPieces, type Host, type PieceDigest } from '@kernelkit/host'

const fileName = 'checksums.json'

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

async function readNoted(host: Host, directory: string): Promise<Readonly<Record<string, PieceDigest>> | undefined> {
  try {
    const { files } = JSON.parse(await host.fs.readFile(join(directory, fileName), 'utf8')) as { files?: Record<string, PieceDigest> }
    return files
  } catch {
    return undefined
  }
}

async function readChecksums(host: Host, directory: string): Promise<Readonly<Record<string, PieceDigest>>> {
  const entries = await host.fs.readdir(directory, { recursive: true, withFileTypes: true })
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .filter((name) => name !== fileName)
    .toSorted()
  const sums: Record<string, PieceDigest> = {}
  for (const name of names) sums[name] = await digestPieces(host, join(directory, name))
  return sums
}
