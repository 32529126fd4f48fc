import { quoteArgv } from '@kernelkit/core/shell'
import type { SshAccess } from './make-ssh-access.ts'

/** What a login needs in addition to the name of the host, as ssh_config(5) names it. */
function sshOptions(access: SshAccess): readonly (readonly [keyword: string, value: string])[] {
  return [
    ['HostName', access.address],
    ['Port', String(access.port)],
    ['User', 'root'],
    ['IdentityFile', quotePath(access.keyPath)],
    ['IdentitiesOnly', 'yes'],
    ['IdentityAgent', 'none'],
    // Strict checking against the one key that this VM was given.
    ['StrictHostKeyChecking', 'yes'],
    ['UserKnownHostsFile', quotePath(access.knownHostsPath)],
    ['GlobalKnownHostsFile', '/dev/null'],
    ['HostKeyAlias', access.hostAlias],
    // A port that answers but never speaks is a guest that is not ready.
    ['ConnectTimeout', '10'],
  ]
}

/** The ssh command line into a VM: its own key, its own known host, nothing of the user's configuration. `words` are the user's for ssh and win. */
export function sshArgv(access: SshAccess, command: readonly string[], words: readonly string[] = []): [string, ...string[]] {
  return [
    'ssh',
    // The user's configuration may send every host through a jump host or an agent.
    '-F',
    '/dev/null',
    // ssh takes the first value of each option.
    ...words,
    ...sshOptions(access).flatMap(([keyword, value]) => ['-o', `${keyword}=${value}`]),
    access.hostAlias,
    // ssh joins words with blanks and the guest's shell splits them again: each is quoted, so that it arrives as it is. One word is a line.
    ...(command.length === 0 ? [] : ['--', command.length === 1 ? (command[0] ?? '') : quoteArgv(command)]),
  ]
}

/** The same login as a block of ssh_config(5) for other programs: editors, rsync, Ansible. `name` is the host's name in it. */
export function sshConfig(access: SshAccess, name: string): string {
  return [`Host ${name}`, ...sshOptions(access).map(([keyword, value]) => `  ${keyword} ${value}`)].join('\n')
}

/** Blanks separate files, and `%` begins a token. */
function quotePath(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`
}
