import type { BakeTools } from '@kernelkit/core/debootstrap'

/** Whose rights the steps over the tree are run with. */
export type Rights = Pick<BakeTools, 'privilege'>

const sudo = ['sudo', '-n'] as const

/** The command with the rights of root over the tree. */
export function privileged({ privilege }: Rights, argv: readonly string[]): readonly string[] {
  switch (privilege) {
    case 'root':
      return argv
    case 'user-namespace':
      // Its AppArmor profile may make user namespaces where Ubuntu lets unknown programs not.
      return ['mmdebstrap', '--unshare-helper', ...argv]
    case 'sudo':
      return [...sudo, ...argv]
  }
}

/** The command with the rights of the bootstrap tool, which makes its user namespace itself. */
export function asRoot({ privilege }: Rights, argv: readonly string[]): readonly string[] {
  return privilege === 'sudo' ? [...sudo, ...argv] : argv
}

/** The command for a supervisor that has these rights already: it could not end what runs with more than its own. */
export function withoutSudo({ privilege }: Rights, argv: readonly string[]): readonly string[] {
  return privilege === 'sudo' ? argv.slice(sudo.length) : argv
}
