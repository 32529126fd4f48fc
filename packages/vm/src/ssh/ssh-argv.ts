import type { SshAccess } from './make-ssh-access.ts'

/** The ssh command line into a VM: its own key, its own known host, nothing of the user's configuration. */
export function sshArgv(access: SshAccess, command: readonly string[]): [string, ...string[]] {
  return [
    'ssh',
    // The user's configuration may send every host through a jump host or an agent.
    '-F',
    '/dev/null',
    '-i',
    access.keyPath,
    '-o',
    'IdentitiesOnly=yes',
    '-o',
    'IdentityAgent=none',
    // Strict checking against the one key that this VM was given.
    '-o',
    'StrictHostKeyChecking=yes',
    '-o',
    `UserKnownHostsFile=${access.knownHostsPath}`,
    '-o',
    'GlobalKnownHostsFile=/dev/null',
    '-o',
    `HostKeyAlias=${access.hostAlias}`,
    // A port that answers but never speaks is a guest that is not ready.
    '-o',
    'ConnectTimeout=10',
    '-p',
    String(access.port),
    `root@${access.address}`,
    ...(command.length === 0 ? [] : ['--', ...command]),
  ]
}
