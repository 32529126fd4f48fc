import { UserError, message, nearestName, option } from '../../errors/index.ts'
import { parseAssignment, presets, type ConfigRequest } from '../../kconfig/index.ts'

/** One `--config` value. */
export type ConfigItem =
  | { readonly kind: 'preset'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string; readonly optional: boolean }
  | { readonly kind: 'symbol'; readonly request: ConfigRequest }

/** `minimal`, `./kasan.config`, `debug.config?`, `EXT4_FS=y`, `-EXT4_FS`. */
export function parseConfigItem(raw: string): ConfigItem {
  const optional = raw.endsWith('?')
  const text = optional ? raw.slice(0, -1) : raw
  const assignment = parseAssignment(raw, { kind: 'command', where: `--config ${raw}` })
  if (assignment !== undefined) return { kind: 'symbol', request: assignment }
  if (text.includes('/') || text.endsWith('.config')) return { kind: 'file', path: text, optional }
  if (presets.some((preset) => preset.name === text)) return { kind: 'preset', name: text }
  if (/^(?:CONFIG_)?[A-Z0-9_]+=/.test(text)) {
    throw new UserError(
      'BAD_CONFIG_LINE',
      message`${option('config')} '${raw}' has a value that is not understood; allowed: y, m, n, a number, or text in double quotes.`,
      { hint: message`Write for instance ${option('config', `'${text.split('=')[0]}="text"'`)}.` },
    )
  }
  const names = presets.map((preset) => preset.name)
  const near = nearestName(text, names)
  const isSymbol = /^(?:CONFIG_)?[A-Z0-9_]+$/.test(text)
  throw new UserError('UNKNOWN_PRESET', message`${option('config')} '${raw}' is not a preset; presets: ${names.join(', ')}.`, {
    hint: isSymbol
      ? message`Switch a symbol on with ${option('config', `${text.replace(/^CONFIG_/, '')}=y`)}.`
      : near === undefined
        ? 'Write a file with a / in its name (./NAME) or with the ending .config.'
        : message`Did you mean ${option('config', near)}?`,
    verdict: 'config-fail',
    details: { seen: raw, allowed: names },
  })
}
