import { UserError, message, option } from '../errors/index.ts'

const unitBytes: Readonly<Record<string, number>> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }

/** A size with its unit (`4G`, `512MiB`) in bytes; K, M, G, T of any case are binary. A bare number is in `bareUnit`, or an error when there is none. `name` is the option's. */
export function parseSizeBytes(raw: string, { name, bareUnit }: { readonly name: string; readonly bareUnit?: 'M' }): number {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgt])(?:i?b)?)?$/i.exec(raw.trim())
  const unit = match?.[2] ?? bareUnit
  const bytes =
    match?.[1] === undefined || unit === undefined
      ? Number.NaN
      : Math.round(Number(match[1]) * (unitBytes[unit.toLowerCase()] ?? Number.NaN))
  if (Number.isSafeInteger(bytes) && bytes > 0) return bytes
  throw new UserError(
    'BAD_SIZE',
    message`${option(name)} '${raw}' is not a size; allowed: a positive number with K, M, G or T (binary, iB optional).`,
    { hint: message`Write for instance ${option(name, '4G')}.`, details: { option: `--${name}`, seen: raw } },
  )
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A duration with its unit (`10s`, `10m`) in milliseconds. `name` is the option's. */
export function parseDurationMs(raw: string, { name }: { readonly name: string }): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(raw.trim())
  const ms =
    match?.[1] === undefined || match[2] === undefined ? Number.NaN : Math.round(Number(match[1]) * (unitMs[match[2]] ?? Number.NaN))
  if (Number.isSafeInteger(ms) && ms > 0) return ms
  throw new UserError(
    'BAD_DURATION',
    message`${option(name)} '${raw}' is not a duration; allowed: a positive number with ms, s, m, h or d.`,
    { hint: message`Write for instance ${option(name, '10s')}.`, details: { option: `--${name}`, seen: raw } },
  )
}
