import { isAbsolute, join, relative } from 'node:path'
import type { Host } from '@kernelkit/host'
import type { FindSource } from './report-annotations.ts'

/** Looks for a source in the workspace: below the kernel's tree, or where its path says; a module or a test may come from there. */
export function sourceFinder(
  host: Pick<Host, 'fs'>,
  { workspace, tree }: { readonly workspace: string; readonly tree: string | undefined },
): FindSource {
  const isInside = (path: string) => !relative(workspace, path).startsWith('..') && !isAbsolute(relative(workspace, path))
  return async (source) => {
    const candidates = isAbsolute(source) ? [source] : [...(tree === undefined ? [] : [join(tree, source)]), join(workspace, source)]
    for (const candidate of candidates) if (isInside(candidate) && (await host.fs.exists(candidate))) return candidate
    return undefined
  }
}
