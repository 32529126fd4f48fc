import { isAbsolute, join } from 'node:path'
import type { Host } from '@kernelkit/host'
import type { FindSource } from './report-annotations.ts'

/** Looks for a source in the kernel's tree, then in the workspace: a module or a test may come from there. */
export function sourceFinder(host: Pick<Host, 'fs'>, folders: readonly (string | undefined)[]): FindSource {
  return async (source) => {
    const candidates = isAbsolute(source) ? [source] : folders.flatMap((folder) => (folder === undefined ? [] : [join(folder, source)]))
    for (const candidate of candidates) if (await host.fs.exists(candidate)) return candidate
    return undefined
  }
}
