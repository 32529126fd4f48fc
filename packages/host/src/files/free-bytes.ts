import { dirname } from 'node:path'
import type { Host } from '../host.ts'

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
