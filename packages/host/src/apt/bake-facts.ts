import type { BakeHostFacts } from '@kernelkit/core/debootstrap'
import { bootstrapPrivilege } from './bootstrap-privilege.ts'
import { installCommand } from '../requirements/requirements.ts'
import type { Host } from '../host.ts'

/** What this host has for baking; nothing is changed. */
export async function readBakeFacts(host: Host): Promise<BakeHostFacts> {
  const [mmdebstrap, debootstrap, { kind, reason, refused, fix, packages }] = await Promise.all([
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
    remedy: packages === undefined ? fix : installCommand(packages).join(' '),
    sudo: kind === 'sudo' ? 'works' : isRefused('sudo'),
  }
}

async function versionOf(host: Host, program: string): Promise<string | undefined> {
  if ((await host.which(program)) === undefined) return undefined
  const { stdout } = await host.run([program, '--version'], { reject: false })
  return /\d[\w.+~-]*/.exec(stdout)?.[0] ?? 'of unknown version'
}
