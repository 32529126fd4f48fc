import { badOption, flagOption, readList, readOption, textOption, type RawOptions } from './given.ts'

/** A variable for a guest's command; `value` is absent for one that is taken from the caller's environment. */
export interface GuestVariable {
  readonly name: string
  readonly value: string | undefined
}

/** A command in a running VM. */
export interface ExecSpec {
  readonly env: readonly GuestVariable[]
  readonly cwd: string | undefined
  readonly user: string | undefined
  readonly stdin: boolean
  readonly tty: boolean
}

/** Options of `kernelkit exec`. */
export function parseExecSpec(raw: RawOptions): ExecSpec {
  return {
    env: readList(raw, 'env', parseVariable),
    cwd: readOption(raw, 'cwd', parseGuestPath),
    user: textOption(raw, 'user'),
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
