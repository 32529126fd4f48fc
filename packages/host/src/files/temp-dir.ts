import { join } from 'node:path'
import type { Host, TempDir } from '../host.ts'
import { isCertainlyGone, ownIdentity, type ProcessIdentity } from '../process/process-identity.ts'

type TempHost = Pick<Host, 'fs' | 'uid' | 'log'>

/** A private directory below `parent`, whose name says which process made it: the next process finds what a killed one left. */
export async function makeTempDir(
  host: TempHost,
  { parent, prefix }: { readonly parent: string; readonly prefix: string },
): Promise<TempDir> {
  const owner = await ownIdentity(host)
  const path = await host.fs.mkdtemp(join(parent, `${prefix}${owner === undefined ? '' : ownerMark(owner)}`))
  return {
    path,
    [Symbol.asyncDispose]: () => host.fs.rm(path, { recursive: true, force: true }),
  }
}

/** Removes directories of this user whose process is certainly gone. */
export async function sweepTempDirs(host: TempHost, parent: string): Promise<void> {
  for (const name of await host.fs.readdir(parent).catch(() => [])) {
    const owner = parseOwnerMark(name)
    if (owner === undefined) continue
    const path = join(parent, name)
    try {
      if ((await host.fs.lstat(path)).uid !== host.uid || !(await isGone(host, owner))) continue
      // A directory with this file holds files of other users too; its own package removes it.
      if (await host.fs.exists(join(path, 'owner.json'))) continue
      host.log.detail(`removing what a killed run left: ${path}`)
      await host.fs.rm(path, { recursive: true, force: true })
    } catch {
      // Removed by another process meanwhile, or not ours to remove.
    }
  }
}

/** Short enough for a socket's path below it (108 bytes, unix(7)): `pid.ticks.namespace.boot-`. */
export function ownerMark(owner: ProcessIdentity): string {
  return `${[owner.pid, Number(owner.startTicks), namespaceNumber(owner)].map((part) => part.toString(36)).join('.')}.${shortBoot(owner)}-`
}

type Mark = Readonly<Record<'pid' | 'startTicks' | 'namespace', number>> & { readonly boot: string }

function parseOwnerMark(name: string): Mark | undefined {
  const [, pid, startTicks, namespace, boot] =
    /^kernelkit-(?:[a-z-]+-)?([0-9a-z]+)\.([0-9a-z]+)\.([0-9a-z]+)\.([0-9a-f]{8})-\w{6}$/.exec(name) ?? []
  if (pid === undefined || startTicks === undefined || namespace === undefined || boot === undefined) return undefined
  return { pid: Number.parseInt(pid, 36), startTicks: Number.parseInt(startTicks, 36), namespace: Number.parseInt(namespace, 36), boot }
}

async function isGone(host: TempHost, mark: Mark): Promise<boolean> {
  const own = await ownIdentity(host)
  if (own === undefined) return false
  if (shortBoot(own) !== mark.boot) return true
  if (namespaceNumber(own) !== mark.namespace) return false
  return isCertainlyGone(host, { ...own, pid: mark.pid, startTicks: String(mark.startTicks) })
}

/** The number in `pid:[4026531836]`. */
function namespaceNumber({ pidNamespace }: ProcessIdentity): number {
  return Number(/\d+/.exec(pidNamespace)?.[0] ?? 0)
}

function shortBoot({ bootId }: ProcessIdentity): string {
  return bootId.slice(0, 8)
}
