import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { VmState } from '../process/vm-state.ts'
import type { SshAccess } from './make-ssh-access.ts'

/** It was started with an ssh server. */
export function hasSshAccess({ facts }: VmState): boolean {
  const access = facts['ssh']
  return typeof access === 'object' && access !== null && 'port' in access
}

/** How to log in to a running VM, from its facts; `VM_NO_SSH` when it was started without. */
export function readSshAccess(state: VmState): SshAccess {
  if (hasSshAccess(state)) return state.facts['ssh'] as SshAccess
  throw new UserError('VM_NO_SSH', `the VM '${state.name}' was started without an ssh server.`, {
    hint: message`Start it with ${option('ssh')}, or use ${command(`kernelkit exec ${state.name}`)}, which needs none.`,
    details: { name: state.name },
  })
}
