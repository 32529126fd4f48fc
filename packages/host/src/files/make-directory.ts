import { dirname } from 'node:path'
import type { Host } from '../host.ts'

/** Makes a directory and its parents, one after the other: Node's recursive mkdir never returns where a file system answers ENOENT, as /proc does. */
export async function makeDirectory(host: Pick<Host, 'fs'>, path: string): Promise<void> {
  const stat = await host.fs.stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  if (stat?.isDirectory() === true) return
  if (stat === undefined) await makeDirectory(host, dirname(path))
  try {
    await host.fs.mkdir(path)
  } catch (error) {
    // Made by another run meanwhile.
    const isThere = (error as NodeJS.ErrnoException).code === 'EEXIST' && stat === undefined && (await host.fs.stat(path)).isDirectory()
    if (!isThere) throw error
  }
}
