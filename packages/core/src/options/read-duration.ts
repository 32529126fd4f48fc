import { camelCase } from './table/index.ts'
import { badOption, readOption, type RawOptions } from './given.ts'
import { parseDurationMs } from './quantity.ts'

/** A duration in milliseconds: a text with a unit, or the milliseconds of a program. `name` is the option's. */
export function readDurationMs(raw: RawOptions, name: string): number | undefined {
  const last = raw[camelCase(name)]?.at(-1)
  if (typeof last?.value !== 'number') return readOption(raw, camelCase(name), (text) => parseDurationMs(text, { name }))
  if (Number.isSafeInteger(last.value) && last.value > 0) return last.value
  throw badOption(name, last.value, { allowed: 'a positive whole number of milliseconds' })
}
