import { tidyPath } from '../report/frame.ts'

/** How paths of a build become paths of a repository. */
export interface SourcePaths {
  /** Directories that paths are cut to be relative to: where the tree was built, where it is. */
  readonly trees: readonly string[]
  /** Beginnings of paths and what stands for them, before anything else. */
  readonly maps: readonly { readonly from: string; readonly to: string }[]
}

// Files that every kernel has, with a function in each that none does without.
export const landmarks = [
  { function: 'start_kernel', file: 'init/main.c' },
  { function: 'panic', file: 'kernel/panic.c' },
] as const

/** The directory that a build's paths begin with, from the place of a landmark; undefined for those that are relative to the tree. */
export function buildTree(landmark: { readonly file: string }, source: string): string | undefined {
  const path = tidyPath(source)
  // Relative where the build maps the place of the tree alone: Debian's begin with debian/build/build_ARCH_none_FLAVOUR.
  return path.endsWith(`/${landmark.file}`) ? path.slice(0, -landmark.file.length - 1) : undefined
}

/** A path as the repository calls it. */
export function repositoryPath(path: string, { trees, maps }: SourcePaths): string {
  const tidy = tidyPath(path)
  for (const { from, to } of maps.toSorted((a, b) => b.from.length - a.from.length)) {
    const rest = below(tidy, tidyPath(from))
    if (rest !== undefined) return tidyPath(to === '' ? rest : `${to}/${rest}`)
  }
  for (const tree of trees) {
    const rest = below(tidy, tree)
    if (rest !== undefined) return rest
  }
  const header = installedHeaders.exec(tidy)?.[0]
  if (header !== undefined) return tidy.slice(header.length)
  // A build directory inside the tree: kbuild writes ../fs/x.c.
  return tidy.replace(/^(?:\.\.\/)+/, '')
}

/** Where distributions put the headers that modules of others are built with: inlined calls of such a module name them. */
const installedHeaders = /^\/(?:usr\/src\/(?:linux-headers-[^/]+|kernels\/[^/]+)|(?:usr\/)?lib\/modules\/[^/]+\/(?:build|source))\//

function below(path: string, directory: string): string | undefined {
  return path.startsWith(`${directory}/`) ? path.slice(directory.length + 1) : undefined
}
