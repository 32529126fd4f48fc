import { dirname, join } from 'node:path'
import type { Host } from '../host.ts'

/** Bytes that a file or a whole directory takes on disk (holes of sparse files do not count, hard links inside count once). */
export async function allocatedBytes(host: Pick<Host, 'fs'>, path: string): Promise<number> {
  return measure(host, path, new Set())
}

async function measure(host: Pick<Host, 'fs'>, path: string, seen: Set<string>): Promise<number> {
  try {
    const stat = await host.fs.lstat(path)
    const id = `${stat.dev}:${stat.ino}`
    if (stat.nlink > 1 && !stat.isDirectory()) {
      if (seen.has(id)) return 0
      seen.add(id)
    }
    // st_blocks counts 512-byte units whatever the file system (man 3 stat).
    const own = stat.blocks * 512
    if (!stat.isDirectory()) return own
    const names = await host.fs.readdir(path)
    const inside = await Promise.all(names.map((name) => measure(host, join(path, name), seen)))
    return inside.reduce((sum, bytes) => sum + bytes, own)
  } catch {
    // Gone meanwhile, or not ours to read.
    return 0
  }
}

/** What an unprivileged user may still write to the file system that holds (or will hold) `path`. */
export async function freeBytes(host: Pick<Host, 'fs'>, path: string): Promise<number> {
  for (let place = path; ; place = dirname(place)) {
    try {
      const { bavail, bsize } = await host.fs.statfs(place)
      return bavail * bsize
    } catch (error) {
      if (dirname(place) === place || (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    }
  }
}
