import { UserError, nearestName } from '../errors/index.ts'
import type { RawRecord } from '../options/index.ts'
import { rawEntry, type OptionRow } from './option-rows.ts'
import { showPlace, type Place, type YamlEntry, type YamlValue } from './read-yaml.ts'

/** One block of the file, as raw options for the parsers of `core/options`. */
export interface ProjectBlock {
  readonly values: RawRecord
  /** By the option's name as the file has it. */
  readonly places: Readonly<Record<string, Place>>
}

/** Where a value stands: for errors. */
export interface Spot {
  readonly file: string
  /** `vm`, `tests[1].vm`. */
  readonly path: string
}

/** A block with these keys; unknown ones and values of another shape are refused with their line. */
export function parseBlock(rows: readonly OptionRow[], value: YamlValue, spot: Spot): ProjectBlock {
  const entries = entriesOf(value, spot)
  const parsed = entries.map((entry) => {
    const row = rows.find((candidate) => candidate.name === entry.key)
    if (row === undefined) throw unknownKey(entry, spot, names(rows))
    return { name: row.name, place: entry.place, value: parseValue(row, entry.value, { ...spot, path: `${spot.path}.${row.name}` }) }
  })
  return {
    values: Object.fromEntries(parsed.map((option) => rawEntry(option.name, option.value))),
    places: Object.fromEntries(parsed.map((option) => [option.name, option.place])),
  }
}

/** Keys and values of a block; a block without a value has none. */
export function entriesOf(value: YamlValue, { file, path }: Spot): readonly YamlEntry[] {
  if (value.kind === 'nothing') return []
  if (value.kind === 'map') return value.entries
  throw badShape({ file, place: value.place, path, seen: value, allowed: 'keys with values', example: '{ KEY: VALUE }' })
}

/** The nearest name and all others. */
export function unknownKey(entry: YamlEntry, { file, path }: Spot, allowed: readonly string[]): UserError {
  const near = nearestName(entry.key, allowed)
  const where = path === '' ? '' : ` in ${path}`
  return new UserError('BAD_PROJECT_FILE', `${showPlace(file, entry.place)}: '${entry.key}' is not known${where}.`, {
    hint: near === undefined ? `allowed: ${allowed.join(', ')}.` : `did you mean ${near}? Allowed: ${allowed.join(', ')}.`,
    details: { file, ...entry.place, key: path === '' ? entry.key : `${path}.${entry.key}`, allowed },
  })
}

interface Misshapen {
  readonly file: string
  readonly place: Place
  readonly path: string
  readonly seen: YamlValue
  readonly allowed: string
  /** What to write behind the key. */
  readonly example: string
}

export function badShape({ file, place, path, seen, allowed, example }: Misshapen): UserError {
  const what = path === '' ? 'the file' : path
  const key = /[a-z-]+(?=(?:\[\d+\])?$)/.exec(path)?.[0]
  return new UserError('BAD_PROJECT_FILE', `${showPlace(file, place)}: ${what} is ${describe(seen)}; it takes ${allowed}.`, {
    hint: `write for instance ${key === undefined ? '' : `${key}: `}${example}`,
    details: { file, ...place, key: path, seen: seen.kind, allowed },
  })
}

function parseValue(row: OptionRow, value: YamlValue, { file, path }: Spot): unknown {
  const refuse = (allowed: string, example: string) => badShape({ file, place: value.place, path, seen: value, allowed, example })
  switch (row.kind) {
    case 'text':
      if (value.kind === 'text') return value.text
      throw refuse('a text or a number', 'VALUE')
    case 'flag':
      if (value.kind === 'flag') return value.flag
      throw refuse('true or false', 'true')
    case 'text-or-flag':
      if (value.kind === 'text') return value.text
      if (value.kind === 'flag') return value.flag ? true : undefined
      throw refuse('true, or a text', 'true')
    case 'list':
    case 'set':
      if (value.kind === 'text') return [value.text]
      if (value.kind !== 'list') throw refuse('a list of texts', '[ONE, TWO]')
      return value.items.map((item, index) => {
        if (item.kind === 'text') return item.text
        const allowed = 'a text, in quotes where YAML reads it as something else'
        throw badShape({ file, place: item.place, path: `${path}[${index}]`, seen: item, allowed, example: '["ONE", "TWO"]' })
      })
  }
}

function describe(value: YamlValue): string {
  switch (value.kind) {
    case 'map':
      return 'a block of keys'
    case 'list':
      return 'a list'
    case 'text':
      return `'${value.text}'`
    case 'flag':
      return String(value.flag)
    case 'nothing':
      return 'empty'
  }
}

function names(rows: readonly OptionRow[]): readonly string[] {
  return rows.map(({ name }) => name).toSorted()
}
