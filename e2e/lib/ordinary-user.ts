import { spawnSync } from 'node:child_process'
import { kernelkitBin } from './paths.ts'

/** An ordinary user for tests: the caller, or where that is root a user that this machine does not know. */
export const isRoot = process.getuid?.() === 0
export const ordinaryUser = isRoot ? { uid: 61234, gid: 61234 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

/** Words before a command that make it theirs. */
export const asOrdinaryUser: readonly string[] = isRoot
  ? ['setpriv', '--reuid', String(ordinaryUser.uid), '--regid', String(ordinaryUser.gid), '--clear-groups', '--']
  : []

/** Without what names a store or another caller. */
export const ordinaryEnvironment = {
  XDG_CACHE_HOME: undefined,
  XDG_RUNTIME_DIR: undefined,
  KERNELKIT_CACHE_DIR: undefined,
  SUDO_UID: undefined,
  SUDO_GID: undefined,
} as const

/** Why that user cannot run the command of this checkout, if so: it may be in a directory that is closed to others. */
export function whyUnreadable(): string | undefined {
  const [program, ...args] = [...asOrdinaryUser, 'test', '-r', kernelkitBin]
  return spawnSync(program, args).status === 0 ? undefined : `uid ${ordinaryUser.uid} cannot read ${kernelkitBin}`
}
