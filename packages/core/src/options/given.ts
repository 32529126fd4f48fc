import { UserError, message, nearestName, option, type Message, type Place } from '../errors/index.ts'
import { camelCase, type NamedRow, type OptionRows } from './table/index.ts'

/** One value of an option as it was written, and where, when that is a line of kernelkit.yaml. */
export interface Given {
  readonly value: unknown
  readonly place?: Place
}

/** Options as they were given, by name in camelCase; nothing is known about the values yet. */
export type RawOptions = Readonly<Record<string, readonly Given[]>>

/** Options of a command line, of inputs or of a program: each value, and each item of a list, is one that was given. */
export function givenOptions(values: Readonly<Record<string, unknown>>): RawOptions {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      if (value === undefined || value === null || value === '') return []
      const items: readonly unknown[] = Array.isArray(value) ? value : [value]
      return [[name, items.map((item) => ({ value: item }))]]
    }),
  )
}

/** Refuses an empty value of a command line, which an unset variable of a shell leaves: it would count as absent. */
export function refuseEmpty(values: Readonly<Record<string, unknown>>, rows: readonly NamedRow[]): void {
  for (const { name, value, mayBeEmpty } of rows) {
    if (mayBeEmpty === true || ![values[camelCase(name)]].flat().includes('')) continue
    throw new UserError('BAD_OPTION', message`${option(name)} has an empty value; it takes <${value ?? 'text'}>.`, {
      hint: 'Leave the option out, or give it a value; a variable of a shell that is not set is empty.',
      details: { option: flagOf(name), seen: '' },
    })
  }
}

/** Whether an option says something: a flag that is off says nothing. */
export function isGiven(raw: RawOptions, name: string): boolean {
  return (raw[camelCase(name)] ?? []).some(({ value }) => value !== false)
}

/** The name that messages give an option: that of its row. */
function nameOf(key: string): string {
  return key.replaceAll(/[A-Z]/g, (letter, offset: number) => (key.length === 1 && offset === 0 ? letter : `-${letter.toLowerCase()}`))
}

/** A text option; the empty text counts as absent. */
export function textOption(raw: RawOptions, key: string): string | undefined {
  return readOption(raw, key, (text) => text)
}

/** A text option by its parser, whose refusal points at the place of the value. */
export function readOption<T>(raw: RawOptions, key: string, parse: (text: string) => T): T | undefined {
  const last = raw[key]?.at(-1)
  if (last === undefined || last.value === '' || last.value === undefined) return undefined
  return atPlace(last.place, () => parse(textOf(key, last.value)))
}

/** A repeatable option by the parser of its items. */
export function readList<T>(raw: RawOptions, key: string, parse: (text: string) => T): readonly T[] {
  return (raw[key] ?? []).map(({ value, place }) => atPlace(place, () => parse(textOf(key, value))))
}

/** A repeatable option. */
export function listOption(raw: RawOptions, key: string): readonly string[] {
  return readList(raw, key, (text) => text)
}

/** An option without a value. */
export function flagOption(raw: RawOptions, key: string): boolean {
  const last = raw[key]?.at(-1)
  if (last === undefined || last.value === undefined) return false
  if (typeof last.value === 'boolean') return last.value
  throw badOption(nameOf(key), last.value, { allowed: 'true or false', place: last.place })
}

/** A switch that is on unless `false` was written. */
export function isSwitchedOff(raw: RawOptions, key: string): boolean {
  return raw[key]?.at(-1)?.value === false
}

type Choice<Row> = Row extends { readonly choices: readonly (infer C extends string)[] } ? C : never

/** The value of an option with a closed set of values: the given one, else the default of its row. */
export function choiceOption<Rows extends OptionRows, Name extends keyof Rows & string>(
  raw: RawOptions,
  rows: Rows,
  name: Name,
): Choice<Rows[Name]> | (Rows[Name] extends { readonly default: string } ? never : undefined) {
  const row = rows[name]
  const allowed = row?.choices ?? []
  const given = readOption(raw, camelCase(name), (text) => {
    if (allowed.includes(text)) return text
    const near = nearestName(text, allowed)
    throw new UserError('BAD_OPTION', message`${option(name)} '${text}' is not known; allowed: ${allowed.join(', ')}.`, {
      hint: near === undefined ? undefined : message`Did you mean ${option(name, near)}?`,
      details: { option: flagOf(name), seen: text, allowed },
    })
  })
  return (given ?? row?.default) as Choice<Rows[Name]>
}

/** A whole number in a range. */
export function integerOption(raw: RawOptions, key: string, range: { readonly min: number; readonly max: number }): number | undefined {
  return readOption(raw, key, (text) => {
    const number = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (number >= range.min && number <= range.max) return number
    throw badOption(nameOf(key), text, { allowed: `a whole number from ${range.min} to ${range.max}` })
  })
}

export interface BadOption {
  /** What it takes, as an object of "it takes". */
  readonly allowed: Message
  readonly hint?: Message | undefined
  readonly place?: Place | undefined
}

/** `BAD_OPTION` with what was seen and what is allowed. */
export function badOption(name: string, seen: unknown, { allowed, hint, place }: BadOption): UserError {
  return new UserError('BAD_OPTION', message`${option(name)} '${String(seen)}' is not allowed here; it takes ${allowed}.`, {
    hint,
    place,
    details: { option: flagOf(name), seen: String(seen), allowed },
  })
}

/** Refuses two options of which the table says that they contradict each other. */
export function refuseConflicts(raw: RawOptions, rows: OptionRows): void {
  for (const [name, { refuses = [] }] of Object.entries(rows)) {
    if (!isGiven(raw, name)) continue
    for (const { option: other, when, unless, because } of refuses) {
      if (!isGiven(raw, other)) continue
      const [mine, theirs] = [raw[camelCase(name)]?.at(-1), raw[camelCase(other)]?.at(-1)]
      if (when !== undefined && !when.includes(String(mine?.value))) continue
      if (unless !== undefined && theirs?.value === unless) continue
      const shown = when === undefined ? option(name) : option(name, String(mine?.value))
      const value = typeof theirs?.value === 'string' ? ` '${theirs.value}'` : ''
      throw new UserError('BAD_OPTION', message`${option(other)}${value} does not go together with ${shown}, ${because}.`, {
        hint: 'Leave one of them out.',
        place: theirs?.place ?? mine?.place,
        details: { option: flagOf(other), with: flagOf(name) },
      })
    }
  }
}

// `~` and `~user` begin a word of a shell, and of no file name that is common.
const unexpanded = /^(~)(?=$|[/:])|(\$\{\w+\}|\$(?:HOME|PWD|USER|GITHUB_\w+|RUNNER_\w+)\b)/

/** Refuses paths that only a shell would understand, in the options that are paths. Throws BAD_OPTION. */
export function refuseUnexpanded(raw: RawOptions, rows: OptionRows): void {
  for (const [name, { path }] of Object.entries(rows)) {
    if (path === undefined) continue
    for (const { value, place } of raw[camelCase(name)] ?? []) {
      const isPath = typeof value === 'string' && !(path === 'config' && value.includes('='))
      const match = isPath ? unexpanded.exec(value) : null
      if (match === null) continue
      const what = match[1] ?? match[2] ?? ''
      const from = place === undefined ? 'the working directory' : `the directory of ${place.file}`
      throw new UserError('BAD_OPTION', message`${option(name)} '${String(value)}': ${what} is not expanded here.`, {
        hint:
          what === '~' && place === undefined
            ? 'Write the path itself, or $HOME: a shell expands ~ only at the beginning of a word.'
            : `Write the path itself: a relative one is meant from ${from}.`,
        place,
        details: { option: flagOf(name), seen: String(value) },
      })
    }
  }
}

/** The place in kernelkit.yaml is a part of every refusal of a value that was written there. */
export function atPlace<T>(place: Place | undefined, parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    if (place === undefined || !(error instanceof UserError) || error.parts.place !== undefined) throw error
    const { parts, code, verdict, details, cause } = error
    throw new UserError(code, parts.message, { hint: parts.hint, verdict, details, place, cause })
  }
}

/** As `details` of errors name an option. */
function flagOf(name: string): string {
  return name.length === 1 ? `-${name}` : `--${name}`
}

function textOf(key: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return String(value)
  throw badOption(nameOf(key), value, { allowed: 'a text' })
}
