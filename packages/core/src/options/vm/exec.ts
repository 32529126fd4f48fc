import { parseDurationMs } from '../quantity.ts'
import { badOption, flagOption, readList, readOption, type RawOptions } from '../given.ts'

/** A variable for a guest's command; `value` is absent for one that is taken from the caller's environment. */
export interface GuestVariable {
  readonly name: string
  readonly value: string | undefined
}

/** A command in a running VM. */
export interface ExecSpec {
  readonly env: readonly GuestVariable[]
  readonly cwd: string | undefined
  /** As in the guest's START message: a name, a number, or a number and a group's. */
  readonly user: string | undefined
  readonly timeoutMs: number | undefined
  readonly stdin: boolean
  readonly tty: boolean
}

/** Options of `kernelkit exec`. */
export function parseExecSpec(raw: RawOptions): ExecSpec {
  return {
    env: readList(raw, 'env', parseVariable),
    cwd: readOption(raw, 'cwd', parseGuestPath),
    user: readOption(raw, 'user', parseGuestUser),
    timeoutMs: readOption(raw, 'timeout', (text) => parseDurationMs(text, { name: 'timeout' })),
    stdin: flagOption(raw, 'stdin'),
    tty: flagOption(raw, 'tty'),
  }
}

/** `NAME` or `NAME=value`. */
export function parseVariable(raw: string): GuestVariable {
  const [, name, , value] = /^([A-Za-z_][A-Za-z0-9_]*)(=([^]*))?$/.exec(raw) ?? []
  if (name === undefined) throw badOption('env', raw, { allowed: 'NAME or NAME=value' })
  return { name, value }
}

/** `--cwd`: the command's directory, in the guest. */
export function parseGuestPath(path: string): string {
  if (path.startsWith('/')) return path
  throw badOption('cwd', path, { allowed: 'an absolute path in the guest' })
}

// The largest is (uid_t) -1, which setuid(2) takes for "no change".
const mostIds = 2 ** 32 - 2

/** `--user`: NAME, UID or UID:GID. */
export function parseGuestUser(raw: string): string {
  // useradd(8), "--badname": what Debian and Fedora agree on.
  if (/^[A-Za-z_][A-Za-z0-9_.-]{0,31}$/.test(raw)) return raw
  const ids = /^(\d{1,10})(?::(\d{1,10}))?$/.exec(raw)?.slice(1)
  if (ids?.every((id) => id === undefined || Number(id) <= mostIds) === true) return raw
  throw badOption('user', raw, { allowed: "a user of the guest's /etc/passwd, or UID or UID:GID as numbers, such as daemon or 1000:1000" })
}
