import type { ResolvedRoot } from './resolve-root.ts'
import type { ResolvedShares } from './resolve-shares.ts'

/** Directories of a running machine that `--root host` hides: the guest has its own. */
const maskedDirectories = ['/run', '/tmp', '/dev', '/proc', '/sys'] as const

/** The masked directory that a path is, or is below. */
export function maskedDirectoryOf(path: string): string | undefined {
  return maskedDirectories.find((directory) => path === directory || path.startsWith(`${directory}/`))
}

/** What of this host a guest sees. */
export interface Visibility {
  readonly root: Pick<ResolvedRoot, 'kind'>
  readonly shares: Pick<ResolvedShares, 'mounts'>
}

/** The directory because of which a guest with this host's root does not see a path of it; undefined when it does. */
export function hiddenBy(path: string, { root, shares }: Visibility): string | undefined {
  if (root.kind !== 'host') return undefined
  const isMounted = shares.mounts.some(({ at }) => path === at || path.startsWith(`${at}/`))
  return isMounted ? undefined : maskedDirectoryOf(path)
}
