import { UserError, nearestName } from '../errors/index.ts'

/** Options as a parser or a file gives them: nothing is known about their types yet. */
export type RawRecord = Readonly<Record<string, unknown>>

/** `camelCase` of an option's name as the user writes it. */
function flagName(key: string): string {
  return key.length === 1 ? `-${key}` : `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}

/** A text option; the empty string counts as absent. */
export function textOption(raw: RawRecord, key: string): string | undefined {
  const value = raw[key]
  if (value === undefined || value === null || value === '') return undefined
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw badOption(key, value, 'a text')
}

/** An option that stands alone. */
export function flagOption(raw: RawRecord, key: string): boolean {
  const value = raw[key]
  if (value === undefined) return false
  if (typeof value === 'boolean') return value
  throw badOption(key, value, 'no value')
}

/** A repeatable option. */
export function listOption(raw: RawRecord, key: string): readonly string[] {
  const value = raw[key]
  if (value === undefined) return []
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value
  if (typeof value === 'string') return [value]
  throw badOption(key, value, 'a list of texts')
}

/** One of a closed set. */
export function choiceOption<const T extends string>(raw: RawRecord, key: string, allowed: readonly T[]): T | undefined {
  const value = textOption(raw, key)
  if (value === undefined) return undefined
  const found = allowed.find((choice) => choice === value)
  if (found !== undefined) return found
  const near = nearestName(value, allowed)
  throw new UserError('BAD_OPTION', `${flagName(key)} '${value}' is not known; allowed: ${allowed.join(', ')}.`, {
    ...(near === undefined ? {} : { hint: `did you mean ${flagName(key)} ${near}?` }),
    details: { option: flagName(key), seen: value, allowed },
  })
}

/** A whole number in a range. */
export function integerOption(raw: RawRecord, key: string, range: { readonly min: number; readonly max: number }): number | undefined {
  const value = textOption(raw, key)
  if (value === undefined) return undefined
  const number = /^\d+$/.test(value) ? Number(value) : Number.NaN
  if (number >= range.min && number <= range.max) return number
  throw badOption(key, value, `a whole number from ${range.min} to ${range.max}`)
}

/** `BAD_OPTION` with what was seen and what is allowed. */
export function badOption(key: string, seen: unknown, allowed: string, hint?: string): UserError {
  return new UserError('BAD_OPTION', `${flagName(key)} '${String(seen)}' is not allowed here; it takes ${allowed}.`, {
    ...(hint === undefined ? {} : { hint }),
    details: { option: flagName(key), seen: String(seen), allowed },
  })
}
