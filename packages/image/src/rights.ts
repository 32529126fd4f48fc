import type { BakeHostFacts, BakeMeans } from '@kernelkit/core/debootstrap'
import { bootstrapPrivilege, type Host } from '@kernelkit/host'

/** Whose rights the steps over the tree are run with. */
export type Rights = Pick<BakeMeans, 'privilege'>

/** What this host has for baking; nothing is changed. */
export async function readBakeFacts(host: Host): Promise<BakeHostFacts> {
  const [mmdebstrap, debootstrap, { kind, reason, refused }] = await Promise.all([
    versionOf(host, 'mmdebstrap'),
    versionOf(host, 'debootstrap'),
    bootstrapPrivilege(host),
  ])
  const isRefused = (name: 'user-namespaces' | 'sudo') => ({ reason: refused.find((one) => one.kind === name)?.reason ?? reason })
  return {
    uid: host.uid,
    mmdebstrap,
    debootstrap,
    userNamespaces: kind === 'user-namespaces' ? 'works' : isRefused('user-namespaces'),
    sudo: kind === 'sudo' ? 'works' : isRefused('sudo'),
  }
}

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

async function versionOf(host: Host, program: string): Promise<string | undefined> {
  if ((await host.which(program)) === undefined) return undefined
  const { stdout } = await host.run([program, '--version'], { reject: false })
  return /\d[\w.+~-]*/.exec(stdout)?.[0] ?? 'of unknown version'
}
