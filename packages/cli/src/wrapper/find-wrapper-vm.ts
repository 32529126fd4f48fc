import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { findVm, listVms, type VmState } from '@kernelkit/vm/internal/running'

/** The running VM that takes a wrapped program: the one that is named, else the only one that was kept in this directory or above it. */
export async function findWrapperVm(host: Host, named: string | undefined): Promise<VmState | undefined> {
  const word = named ?? host.env['KERNELKIT_VM']
  if (word === 'none') return undefined
  if (word !== undefined && word !== '') return findVm(word, host)
  const near = (await listVms(host)).filter(({ facts, agent }) => agent && isAtOrAbove(facts['owner'], host.cwd))
  const [only] = near
  if (near.length <= 1) return only
  const names = near.map(({ name }) => name)
  throw new UserError('VM_NOT_FOUND', `${near.length} VMs were kept for this directory: ${names.join(', ')}.`, {
    hint: message`Name one of them with ${option('vm')}, or boot one for each program with ${option('vm', 'none')}.`,
    details: { running: names },
  })
}

function isAtOrAbove(owner: unknown, cwd: string): boolean {
  return typeof owner === 'string' && (cwd === owner || cwd.startsWith(owner === '/' ? owner : `${owner}/`))
}
