import { isAbsolute } from 'node:path'
import type { VmSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { namedVariable } from '@kernelkit/host/process'
import type { VmState } from '../process/vm-state.ts'
import { hiddenBy, type Visibility } from '../resolve/masked-directories.ts'
import { artifactsDirectory } from '../resolve/resolve-shares.ts'

/** Directories of programs that every guest searches: the agent's default for root (agent/command.c). */
const defaultPath = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin']

/**
 * Variables of the command: what `--env` names, the artifacts directory, whose files the shares are, and in a guest that sees this machine's
 * files the user's home and PATH.
 */
export function guestEnvironment(
  host: Pick<Host, 'env' | 'lossyVariables' | 'home' | 'uid' | 'gid'>,
  guest: Visibility,
  { env, user }: Pick<VmSpec, 'env' | 'user'>,
): Readonly<Record<string, string>> {
  const asked = env.flatMap(({ name, value }) => {
    const resolved = value ?? namedVariable(host, name)
    // A name that the caller does not have stays unset in the guest, as with docker run -e.
    return resolved === undefined ? [] : [[name, resolved] as const]
  })
  return {
    ...(guest.root.kind === 'host' ? { PATH: pathInGuest(host, guest) } : {}),
    // Another user of the guest has a home of their own there, and works on files of their own.
    ...(guest.root.kind === 'host' && user === undefined ? { HOME: host.home } : {}),
    ...(user === undefined ? ownerOfShares(host) : {}),
    // Without --artifacts it is a directory in guest memory: the same script runs either way.
    KERNELKIT_ARTIFACTS: artifactsDirectory,
    ...Object.fromEntries(asked),
  }
}

/**
 * The guest's root works on files of this host's user, as root does after sudo. git accepts them when these name their owner (git-config(1),
 * `safe.directory`), and so does what asks git, such as the version stamps of Go.
 */
function ownerOfShares({ uid, gid }: Pick<Host, 'uid' | 'gid'>): Readonly<Record<string, string>> {
  return uid > 0 ? { SUDO_UID: String(uid), SUDO_GID: String(gid) } : {}
}

/** Root's directories of programs, then those of the user that the guest sees. */
function pathInGuest({ env }: Pick<Host, 'env'>, guest: Visibility): string {
  const own = (env['PATH'] ?? '').split(':').filter((directory) => isAbsolute(directory) && hiddenBy(directory, guest) === undefined)
  return [...new Set([...defaultPath, ...own])].join(':')
}

/** The same variables for a later command in a VM that was left running; they are among its facts. */
export function keptEnvironment({ facts }: Pick<VmState, 'facts'>, user: string | undefined): Readonly<Record<string, string>> {
  const kept: unknown = facts['env']
  if (typeof kept !== 'object' || kept === null) return {}
  const variables = Object.entries(kept).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  // Another user has another home, which the guest knows.
  return Object.fromEntries(variables.filter(([name]) => user === undefined || name !== 'HOME'))
}
