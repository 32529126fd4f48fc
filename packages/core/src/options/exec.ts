import { badOption, flagOption, listOption, textOption, type RawRecord } from './raw-options.ts'

/** A command in a running VM. */
export interface ExecSpec {
  /** `value` is absent for a variable that is taken from the caller's environment. */
  readonly env: readonly { readonly name: string; readonly value: string | undefined }[]
  readonly cwd: string | undefined
  readonly user: string | undefined
  readonly stdin: boolean
  readonly tty: boolean
}

export function parseExecSpec(raw: RawRecord): ExecSpec {
  const cwd = textOption(raw, 'cwd')
  if (cwd !== undefined && !cwd.startsWith('/')) throw badOption('cwd', cwd, 'an absolute path in the guest')
  return {
    env: listOption(raw, 'env').map(parseVariable),
    cwd,
    user: textOption(raw, 'user'),
    stdin: flagOption(raw, 'stdin'),
    tty: flagOption(raw, 'tty'),
  }
}

function parseVariable(raw: string): ExecSpec['env'][number] {
  const [, name, , value] = /^([A-Za-z_][A-Za-z0-9_]*)(=([^]*))?$/.exec(raw) ?? []
  if (name === undefined) throw badOption('env', raw, 'NAME or NAME=value')
  return { name, value }
}
