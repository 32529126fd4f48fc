import { UserError } from '../errors/index.ts'
import type { ConfigOrigin, ConfigRequest, ConfigValue } from './request.ts'

/** Actual values of a `.config`: symbols that are off are absent. Strings carry their quotes, as in the file. */
export type ConfigValues = ReadonlyMap<string, string>

const notSetLine = /^#\s*CONFIG_(\w+) is not set\s*$/
const assignmentLine = /^(?:CONFIG_)?([A-Za-z0-9_]+)\s*=\s*(.*)$/
const minusLine = /^-(?:CONFIG_)?([A-Za-z0-9_]+)$/

/** The values of a `.config` that kconfig wrote. */
export function parseDotConfig(text: string): ConfigValues {
  const values = new Map<string, string>()
  for (const line of text.split('\n')) {
    if (!line.startsWith('CONFIG_')) continue
    const equals = line.indexOf('=')
    const value = line.slice(equals + 1)
    if (equals > 0 && value !== 'n') values.set(line.slice(7, equals), value)
  }
  return values
}

/** The options that a fragment asks for, each with `name:line`; every line that is not understood is reported at once. */
export function parseFragment(
  text: string,
  options: { readonly name: string; readonly kind?: ConfigOrigin['kind']; readonly optional?: boolean },
): readonly ConfigRequest[] {
  const requests: ConfigRequest[] = []
  const bad: string[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    const where = `${options.name}:${index + 1}`
    const off = notSetLine.exec(line)?.[1]
    const isComment = line === '' || line.startsWith('#')
    if (off === undefined && isComment) continue
    const request = parseAssignment(off === undefined ? line : `-${off}`, { kind: options.kind ?? 'file', where })
    if (request === undefined) bad.push(`${where}: ${line}`)
    else requests.push(options.optional === true ? { ...request, optional: true } : request)
  }
  if (bad.length > 0) {
    throw new UserError('BAD_CONFIG_LINE', `these lines are not kernel configuration:\n  ${bad.join('\n  ')}`, {
      hint: 'Write CONFIG_X=y, X=m, -X, # CONFIG_X is not set, X=123, X="text" or a comment.',
      verdict: 'config-fail',
      details: { lines: bad },
    })
  }
  return requests
}

/** `X=y`, `CONFIG_X=y`, `X="text"`, `-X`, each followed by `?` when optional; `undefined` for anything else. */
export function parseAssignment(raw: string, origin: ConfigOrigin): ConfigRequest | undefined {
  const optional = raw.endsWith('?')
  const text = optional ? raw.slice(0, -1) : raw
  const off = minusLine.exec(text)?.[1]
  if (off !== undefined) return { symbol: off, value: { kind: 'tristate', value: 'n' }, origin, optional }
  const match = assignmentLine.exec(text)
  const value = match?.[2] === undefined ? undefined : parseValue(match[2])
  return match?.[1] === undefined || value === undefined ? undefined : { symbol: match[1], value, origin, optional }
}

function parseValue(raw: string): ConfigValue | undefined {
  const quoted = /^"((?:[^"\\]|\\.)*)"\s*(?:#.*)?$/.exec(raw)?.[1]
  if (quoted !== undefined) return { kind: 'string', value: quoted.replaceAll(/\\(.)/g, '$1') }
  // kconfig reads only the first character of y, m and n: a comment after them is common in fragments.
  const word = raw.replace(/\s+#.*$/, '').trim()
  if (word === 'y' || word === 'm' || word === 'n') return { kind: 'tristate', value: word }
  if (/^(?:-?\d+|0[xX][0-9a-fA-F]+)$/.test(word)) return { kind: 'number', value: word }
  return undefined
}

/** The value as a `.config` writes it. */
export function renderValue(value: ConfigValue): string {
  return value.kind === 'string' ? `"${value.value.replaceAll(/["\\]/g, '\\$&')}"` : value.value
}

/** One line of a fragment that kconfig reads. */
export function renderLine(symbol: string, value: ConfigValue): string {
  return value.kind === 'tristate' && value.value === 'n' ? `# CONFIG_${symbol} is not set` : `CONFIG_${symbol}=${renderValue(value)}`
}

/** A fragment for KCONFIG_ALLCONFIG; `=m` becomes `y` when modules are off, for kconfig drops it then. */
export function renderFragment(
  requests: readonly Pick<ConfigRequest, 'symbol' | 'value'>[],
  options: { readonly modules: boolean },
): string {
  return requests.map(({ symbol, value }) => `${renderLine(symbol, options.modules ? value : withoutModules(value))}\n`).join('')
}

function withoutModules(value: ConfigValue): ConfigValue {
  return value.kind === 'tristate' && value.value === 'm' ? { kind: 'tristate', value: 'y' } : value
}

/** True when the result gives what was asked: `=m` is met by `y`, numbers are compared as numbers. */
export function isMet(request: Pick<ConfigRequest, 'symbol' | 'value'>, values: ConfigValues): boolean {
  const found = values.get(request.symbol)
  const { value } = request
  if (value.kind === 'tristate') return value.value === 'm' ? found === 'm' || found === 'y' : (found ?? 'n') === value.value
  if (value.kind === 'number') return found !== undefined && Number(found) === Number(value.value)
  return (found ?? '""') === renderValue(value)
}
