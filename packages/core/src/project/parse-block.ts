import { UserError, nearestName } from '../errors/index.ts'
import { camelCase, type Given, type NamedRow, type RawOptions } from '../options/index.ts'
import type { Position, YamlEntry, YamlValue } from './read-yaml.ts'

/** Where a value is: for errors. */
export interface Spot {
  readonly file: string
  /** `vm`, `tests[1].vm`. */
  readonly path: string
}

/** A block with these keys, each value with its place; unknown keys and values of another shape are refused. */
export function parseBlock(rows: readonly NamedRow[], value: YamlValue, spot: Spot): RawOptions {
  return Object.fromEntries(
    entriesOf(value, spot).map((entry) => {
      const row = rows.find((candidate) => candidate.name === entry.key)
      if (row === undefined) throw unknownKey(entry, spot, names(rows))
      return [camelCase(row.name), parseValue(row, entry, { ...spot, path: `${spot.path}.${row.name}` })]
    }),
  )
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
  return new UserError('BAD_PROJECT_FILE', `'${entry.key}' is not known${where}.`, {
    hint: near === undefined ? `Allowed: ${allowed.join(', ')}.` : `Did you mean ${near}? Allowed: ${allowed.join(', ')}.`,
    details: { allowed },
    place: { file, ...entry.place, key: path === '' ? entry.key : `${path}.${entry.key}` },
  })
}

interface Misshapen {
  readonly file: string
  readonly place: Position
  readonly path: string
  readonly seen: YamlValue
  readonly allowed: string
  /** What to write after the key. */
  readonly example: string
}

export function badShape({ file, place, path, seen, allowed, example }: Misshapen): UserError {
  const what = path === '' ? 'the file' : path
  const key = /[a-z-]+(?=(?:\[\d+\])?$)/.exec(path)?.[0]
  return new UserError('BAD_PROJECT_FILE', `${what} is ${describe(seen)}; it takes ${allowed}.`, {
    hint: `Write for instance \`${key === undefined ? '' : `${key}: `}${example}\`.`,
    details: { seen: seen.kind, allowed },
    place: { file, ...place, key: path },
  })
}

function parseValue(row: NamedRow, { value, place: keyPlace }: YamlEntry, { file, path }: Spot): readonly Given[] {
  const refuse = (allowed: string, example: string) => badShape({ file, place: value.place, path, seen: value, allowed, example })
  const given = (one: unknown, place: Position = keyPlace, key = path): Given => ({ value: one, place: { file, key, ...place } })
  // An empty one would count as absent.
  const isFilled = (one: YamlValue): one is YamlValue & { readonly kind: 'text' } =>
    one.kind === 'text' && (one.text !== '' || row.mayBeEmpty === true)
  switch (row.kind) {
    case 'text':
      if (isFilled(value)) return [given(value.text)]
      throw refuse('a text or a number', 'VALUE')
    case 'flag':
      if (value.kind === 'flag') return [given(value.flag)]
      throw refuse('true or false', 'true')
    case 'text-or-flag':
      if (isFilled(value)) return [given(value.text)]
      if (value.kind === 'flag') return [given(value.flag)]
      throw refuse('true, or a text', 'true')
    case 'list':
    case 'set':
      if (isFilled(value)) return [given(value.text)]
      if (value.kind !== 'list') throw refuse('a list of texts', '[ONE, TWO]')
      return value.items.map((item, index) => {
        if (isFilled(item)) return given(item.text, item.place, `${path}[${index}]`)
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
      return value.text === '' ? 'an empty text' : `'${value.text}'`
    case 'flag':
      return String(value.flag)
    case 'nothing':
      return 'empty'
  }
}

function names(rows: readonly NamedRow[]): readonly string[] {
  return rows.map(({ name }) => name).toSorted()
}
