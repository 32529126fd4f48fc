import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { digestPieces } from '../files/piece-digest.ts'
import type { Host } from '../host.ts'
import type { StoreEntry } from './store.ts'

/** One file or symbolic link of an entry, as it is on the disk. */
interface ListedFile {
  readonly size: string
  readonly isLink: boolean
  /** Changes when the file was written, replaced or copied: inode and modification time in nanoseconds. */
  readonly print: string
}

export interface Listing {
  /** Differs when a file was added, removed, written, replaced or copied. */
  readonly text: string
  /** By path below the entry. */
  readonly files: () => ReadonlyMap<string, ListedFile>
}

// A distribution's kernel has some 1,200, and up to 5,000; Node would need seconds for more.
const mostListedHere = 8192

/** Every file of an entry, in its subdirectories too; `undefined` when that cannot be known. */
export async function listEntry(host: Host, { kind, path }: Pick<StoreEntry, 'kind' | 'path'>): Promise<Listing | undefined> {
  const listing = new Map<string, ListedFile>()
  // Sources of a kernel have 80,000.
  if (kind === 'source' || !listHere({ path, below: '', listing })) return listByFind(host, path)
  const lines = [...listing].map(([name, { size, isLink, print }]) => `${isLink ? 'l' : 'f'} ${size} ${print} ${name}\n`)
  return { text: lines.toSorted().join(''), files: () => listing }
}

/** False when there are too many. Without promises, which take three times as long for so many short questions. */
function listHere(at: { readonly path: string; readonly below: string; readonly listing: Map<string, ListedFile> }): boolean {
  const { path, below, listing } = at
  const items = readdirSync(`${path}/${below}`, { withFileTypes: true })
  if (listing.size + items.length > mostListedHere) return false
  for (const item of items) {
    if (!item.isFile() && !item.isSymbolicLink()) continue
    const name = `${below}${item.name}`
    const { size, ino, mtimeNs } = lstatSync(`${path}/${name}`, { bigint: true })
    listing.set(name, { size: String(size), isLink: item.isSymbolicLink(), print: `${ino} ${mtimeNs}` })
  }
  return items.every((item) => !item.isDirectory() || listHere({ path, below: `${below}${item.name}/`, listing }))
}

async function listByFind(host: Host, path: string): Promise<Listing | undefined> {
  const argv = ['find', path, '(', '-type', 'f', '-o', '-type', 'l', ')', '-printf', String.raw`%y %s %i %T@ %P\0`]
  const { exitCode, stdout } = await host.run(argv, { reject: false })
  // A `find` without -printf (busybox).
  if (exitCode !== 0) return undefined
  // Read only when something has happened to one of its 80,000 files.
  return { text: stdout, files: () => parseFound(stdout) }
}

function parseFound(stdout: string): ReadonlyMap<string, ListedFile> {
  const listing = new Map<string, ListedFile>()
  for (const line of stdout.split('\0')) {
    const [type = '', size = '', inode = '', time = '', ...name] = line.split(' ')
    if (name.length > 0) listing.set(name.join(' '), { size, isLink: type === 'l', print: `${inode} ${time}` })
  }
  return listing
}

// More are read by one program.
const mostHashedHere = 256
// Disk images are larger: 4 GiB, of which a file system uses some 200 MiB.
const largestHashedWhole = 64 * 2 ** 20

/** SHA-256 of every file of a listing (of its pieces where it is large), and of the target of every link; a file that cannot be read has none. */
export async function digestEntry(
  host: Host,
  path: string,
  listing: ReadonlyMap<string, ListedFile>,
): Promise<ReadonlyMap<string, string>> {
  const names = (isWanted: (file: ListedFile) => boolean) => [...listing].filter(([, file]) => isWanted(file)).map(([name]) => name)
  const files = names(({ isLink, size }) => !isLink && Number(size) <= largestHashedWhole)
  const large = names(({ isLink, size }) => !isLink && Number(size) > largestHashedWhole)
  const links = names(({ isLink }) => isLink)
  const digests = files.length > mostHashedHere ? await digestByProgram(host, path, files) : await digestHere(host, path, files)
  for (const name of large) {
    const pieces = await digestPieces(host, join(path, name)).catch(() => undefined)
    if (pieces !== undefined) digests.set(name, pieces.sha256)
  }
  for (const name of links) digests.set(name, host.sha256(await host.fs.readlink(join(path, name)).catch(() => '')))
  return digests
}

async function digestHere(host: Host, path: string, files: readonly string[]): Promise<Map<string, string>> {
  const digest = async (name: string) => [name, await host.sha256File(join(path, name)).catch(() => undefined)] as const
  const digests = await Promise.all(files.map(digest))
  return new Map(digests.filter((pair): pair is readonly [string, string] => pair[1] !== undefined))
}

async function digestByProgram(host: Host, path: string, files: readonly string[]): Promise<Map<string, string>> {
  const { stdout } = await host.run(['xargs', '-0', 'sha256sum', '--zero', '--'], { cwd: path, input: files.join('\0'), reject: false })
  // 64 hexadecimal digits, a blank, a blank or an asterisk, the name (sha256sum(1)).
  const lines = stdout.split('\0').filter((line) => line.length > 66)
  return new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)]))
}
