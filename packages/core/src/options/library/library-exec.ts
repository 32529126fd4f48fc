import { UserError, nearestName } from '../../errors/index.ts'
import { parseGuestUser } from '../vm/exec.ts'

/** A command of a program, checked: streams and signals are left as they are. */
export interface LibraryExec {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string | undefined
  readonly user: string | undefined
  readonly timeoutMs: number | undefined
  readonly encoding: 'utf8' | 'buffer'
}

const names = ['cwd', 'encoding', 'env', 'signal', 'stdin', 'timeoutMs', 'user'] as const

/** What only types keep out, and JavaScript does not: throws `BAD_OPTION` in the words of a program. `call` is the name of the function. */
export function parseLibraryExec(call: 'exec' | 'spawn', argv: unknown, options: unknown): LibraryExec {
  const known = call === 'exec' ? names : names.filter((name) => name !== 'encoding')
  const { env, cwd, user, timeoutMs, encoding = 'utf8' } = knownOptions(`\`${call}\``, options ?? {}, known)
  if (cwd !== undefined && (typeof cwd !== 'string' || !cwd.startsWith('/'))) throw badValue('cwd', cwd, 'an absolute path in the guest')
  if (user !== undefined && typeof user !== 'string') throw badValue('user', user, 'a text: NAME, UID or UID:GID')
  if (timeoutMs !== undefined && (typeof timeoutMs !== 'number' || !Number.isSafeInteger(timeoutMs) || timeoutMs <= 0))
    throw badValue('timeoutMs', timeoutMs, 'a positive whole number of milliseconds')
  if (encoding !== 'utf8' && encoding !== 'buffer') throw badValue('encoding', encoding, "'utf8' or 'buffer'")
  return {
    argv: checkArgv(call, argv),
    env: checkEnv(env),
    cwd,
    user: user === undefined ? undefined : parseGuestUser(user),
    timeoutMs,
    encoding,
  }
}

/** The options of a call, when every name is one of those that it takes. `what` is the call. */
export function knownOptions<Name extends string>(
  what: string,
  options: unknown,
  known: readonly Name[],
): Readonly<Partial<Record<Name, unknown>>> {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw new UserError('BAD_OPTION', `the options of ${what} are ${kindOf(options)}, not an object.`, {
      hint: `Leave them out, or write an object of ${known.join(', ')}.`,
    })
  for (const name of Object.keys(options)) {
    if (known.some((one) => one === name)) continue
    const near = nearestName(name, known)
    throw new UserError('BAD_OPTION', `${what} has no option \`${name}\`; allowed: ${known.join(', ')}.`, {
      hint: near === undefined ? 'Leave it out.' : `Did you mean \`${near}\`?`,
      details: { seen: name, allowed: known },
    })
  }
  return options as Readonly<Partial<Record<Name, unknown>>>
}

function checkArgv(call: string, argv: unknown): readonly string[] {
  if (Array.isArray(argv) && argv.length > 0 && argv.every((word): word is string => typeof word === 'string')) return argv
  const seen = Array.isArray(argv) ? (argv.length === 0 ? 'an empty list' : 'a list with other values than texts') : kindOf(argv)
  throw new UserError('BAD_OPTION', `the command of \`${call}\` is ${seen}, not a list of words.`, {
    hint: `Write \`${call}(['uname', '-r'])\`, or for a shell line \`${call}(['sh', '-c', 'uname -r | cut -c 1'])\`.`,
  })
}

function checkEnv(env: unknown): Readonly<Record<string, string>> {
  if (env === undefined) return {}
  if (typeof env !== 'object' || env === null || Array.isArray(env)) throw badValue('env', env, "an object such as { NAME: 'value' }")
  const checked: Record<string, string> = {}
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || name.includes('=')) throw badValue('env', name, "names without '='")
    // As process.env has them: such a variable stays unset.
    if (value === undefined) continue
    if (typeof value !== 'string') throw badValue(`env.${name}`, value, 'a text')
    checked[name] = value
  }
  return checked
}

/** `BAD_OPTION` about a value of a program. */
export function badValue(name: string, seen: unknown, allowed: string): UserError {
  const shown = typeof seen === 'string' ? `'${seen}'` : typeof seen === 'number' ? String(seen) : kindOf(seen)
  return new UserError('BAD_OPTION', `\`${name}\` is ${shown}; it takes ${allowed}.`, { details: { seen: shown, allowed } })
}

/** What a value is, for a sentence. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (Array.isArray(value)) return 'a list'
  return typeof value === 'object' ? 'an object' : `a value of type ${typeof value}`
}
