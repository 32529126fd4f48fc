import type { Visibility, VmState } from '@kernelkit/vm/internal/running'

/** What of this machine a running VM sees; one of an earlier release does not say, and gets copies. */
export function visibilityOf({ facts }: Pick<VmState, 'facts'>): Visibility {
  const visible = facts['visible'] as Visibility | undefined
  return visible ?? { root: { kind: 'image' }, shares: { mounts: [] } }
}
