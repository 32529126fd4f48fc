import { join } from 'node:path'
import type { CpioHeaderEntry } from '@kernelkit/core/cpio'
import type { Host } from '@kernelkit/host'

/** A future member of an archive, and the file with its content. */
export type TreeEntry = CpioHeaderEntry & { readonly source?: string }

/** Every member of a directory, owned by root and without dates: the archive does not depend on who packs it, or when. Sockets are left out. */
export async function walkTree(host: Host, directory: string): Promise<readonly TreeEntry[]> {
  const entries: TreeEntry[] = []
  const visit = async (below: string): Promise<void> => {
    for (const name of (await host.fs.readdir(join(directory, below))).toSorted()) {
      const path = below === '' ? name : `${below}/${name}`
      const source = join(directory, path)
      const stat = await host.fs.lstat(source)
      const mode = stat.mode & 0o7777
      if (stat.isDirectory()) {
        entries.push({ kind: 'directory', path, mode })
        await visit(path)
      } else if (stat.isFile()) entries.push({ kind: 'file', path, mode, size: stat.size, source })
      else if (stat.isSymbolicLink()) entries.push({ kind: 'symlink', path, mode: 0o777, target: await host.fs.readlink(source) })
      else if (stat.isFIFO()) entries.push({ kind: 'fifo', path, mode })
      else if (stat.isCharacterDevice() || stat.isBlockDevice()) {
        entries.push({ kind: stat.isCharacterDevice() ? 'character-device' : 'block-device', path, mode, ...deviceNumbers(stat.rdev) })
      }
    }
  }
  await visit('')
  return entries
}

/** As glibc's gnu_dev_major and gnu_dev_minor take st_rdev apart. */
function deviceNumbers(rdev: number): { major: number; minor: number } {
  const wide = BigInt(rdev)
  return {
    major: Number(((wide >> 8n) & 0xfffn) | ((wide >> 32n) & ~0xfffn)),
    minor: Number((wide & 0xffn) | ((wide >> 12n) & ~0xffn & 0xffffffffn)),
  }
}
