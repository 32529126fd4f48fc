import { dirname, join } from 'node:path'
import type { Host } from '../host.ts'
import type { ArtifactKind, StoreEntry } from './store.ts'

/** Write what belongs to every entry, and make sure that its files are on the disk. */
export async function finish(
  host: Host,
  directory: string,
  { kind, key, text }: { kind: ArtifactKind; key: string; text: string },
): Promise<void> {
  await host.fs.writeFile(join(directory, 'key.txt'), text)
  const manifest = join(directory, 'manifest.json')
  if (!(await host.fs.exists(manifest))) await host.fs.writeFile(manifest, `${JSON.stringify({ kind, key }, undefined, 2)}\n`)
  // Only the files at the top (kernel, image, manifest): after a power cut a final name must not hold empty files.
  for (const item of await host.fs.readdir(directory, { withFileTypes: true })) {
    if (!item.isFile()) continue
    await using handle = await host.fs.open(join(directory, item.name), 'r')
    await handle.datasync()
  }
}

/** Give a finished directory its final name; one that had the name before is moved to `aside` and removed. */
export async function putInPlace(host: Host, { making, final, aside }: { making: string; final: string; aside: string }): Promise<void> {
  await host.fs.mkdir(dirname(final), { recursive: true })
  if (await host.fs.exists(final)) await host.fs.rename(final, aside)
  await host.fs.rename(making, final)
  await removeTree(host, aside)
}

/** The entry in a directory, `undefined` when there is none. */
export async function readEntry(
  host: Host,
  { kind, key, path }: { kind: ArtifactKind; key: string; path: string },
): Promise<StoreEntry | undefined> {
  try {
    const directory = await host.fs.stat(path)
    const keyFile = await host.fs.stat(join(path, 'key.txt'))
    return { kind, key, path, createdAt: keyFile.mtimeMs, usedAt: directory.mtimeMs }
  } catch {
    return undefined
  }
}

/** Names in a directory; a missing one is empty. */
export async function readDirectory(host: Host, path: string): Promise<readonly string[]> {
  try {
    return (await host.fs.readdir(path)).toSorted((a, b) => (a < b ? -1 : Number(a > b)))
  } catch {
    return []
  }
}

/** Remove a directory of ours; files owned in a user namespace are removed inside one. What cannot be removed is logged. */
export async function removeTree(host: Host, path: string): Promise<void> {
  try {
    await host.fs.rm(path, { recursive: true, force: true })
  } catch (error) {
    if (await removeInNamespace(host, path)) return
    host.log.detail(`could not remove ${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function removeInNamespace(host: Host, path: string): Promise<boolean> {
  const helpers = [
    ['mmdebstrap', '--unshare-helper'],
    ['unshare', '--user', '--map-auto', '--map-root-user'],
  ]
  for (const helper of helpers) {
    if (host.uid === 0 || (await host.which(helper[0] ?? '')) === undefined) continue
    const { exitCode } = await host.run([...helper, 'rm', '-rf', '--', path], { reject: false })
    if (exitCode === 0) return true
  }
  return false
}
