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
  readonly shares: { readonly mounts: readonly Pick<ResolvedShares['mounts'][number], 'at'>[] }
}

/** The directory because of which a guest with this host's root does not see a path of it; undefined when it does. */
export function hiddenBy(path: string, { root, shares }: Visibility): string | undefined {
  if (root.kind !== 'host') return undefined
  return isMounted(path, { shares }) ? undefined : maskedDirectoryOf(path)
}

/** Some file of this host is one of the guest too, and may change while it runs. */
export function seesHost({ root, shares }: Visibility): boolean {
  return root.kind === 'host' || root.kind === 'directory' || shares.mounts.length > 0
}

/** A directory of this machine is in the guest at this path. */
export function isMounted(path: string, { shares }: Pick<Visibility, 'shares'>): boolean {
  return shares.mounts.some(({ at }) => path === at || path.startsWith(`${at}/`))
}
