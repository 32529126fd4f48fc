import type { BakeTools } from '@kernelkit/core/debootstrap'

/** Whose rights the steps over the tree are run with. */
export type Rights = Pick<BakeTools, 'privilege'>

/** The command with the rights of root over the tree. */
export function privileged({ privilege }: Rights, argv: readonly string[]): readonly string[] {
  switch (privilege) {
    case 'root':
      return argv
    case 'user-namespace':
      // Its AppArmor profile may make user namespaces where Ubuntu lets unknown programs not.
      return ['mmdebstrap', '--unshare-helper', ...argv]
    case 'sudo':
      return ['sudo', '-n', ...argv]
  }
}
