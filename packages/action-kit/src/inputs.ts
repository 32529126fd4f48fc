import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import { camelCase, givenOptions, rowsOfAction, type ActionName, type NamedRow, type RawOptions } from '@kernelkit/core/options'
import { splitLines, splitWords } from './split-list.ts'

export type InputKind =
  /** Kept as it was written. */
  | 'text'
  | 'flag'
  /** `true`, or a text. */
  | 'text-or-flag'
  /** One item a line. */
  | 'lines'
  /** Lines, split at blanks and commas too. */
  | 'words'

/** An input that an action declares in its action.yml. */
export interface InputRow {
  readonly name: string
  readonly kind: InputKind
}

/** The inputs of an Action, from the rows that its action.yml is made of. */
export function actionInputs(action: ActionName): readonly InputRow[] {
  return rowsOfAction(action).map((row) => ({ name: row.name, kind: inputKind(row) }))
}

/** The inputs that were given, as the raw options that the parsers of core/options take; absent and empty ones are not in it. */
export function readInputs(env: Readonly<Record<string, string | undefined>>, rows: readonly InputRow[]): RawOptions {
  refuseUnknown(env, rows)
  const values = Object.fromEntries(
    rows.flatMap((row) => {
      // The runner's own rule: blanks become underscores, letters large, nothing else.
      const text = env[`INPUT_${row.name.replaceAll(' ', '_').toUpperCase()}`]?.trim() ?? ''
      return text === '' ? [] : [[camelCase(row.name), parseInput(row, text)]]
    }),
  )
  return givenOptions(values)
}

function inputKind({ kind, action }: NamedRow): InputKind {
  if (kind !== 'list' && kind !== 'set') return kind
  return action !== false && action?.words === true ? 'words' : 'lines'
}

function parseInput({ name, kind }: InputRow, text: string): unknown {
  switch (kind) {
    case 'text':
      return text
    case 'flag':
      return parseFlag(name, text)
    case 'text-or-flag':
      return flags.get(text) ?? text
    case 'lines':
      return splitLines(text)
    case 'words':
      return splitWords(text)
  }
}

/** Booleans of YAML's core schema: what `${{ }}` and a plain `true` come out as. */
const flags = new Map([
  ...['true', 'True', 'TRUE'].map((text) => [text, true] as const),
  ...['false', 'False', 'FALSE'].map((text) => [text, false] as const),
])

function parseFlag(name: string, text: string): boolean {
  const flag = flags.get(text)
  if (flag !== undefined) return flag
  throw new UserError('BAD_INPUT', message`${option(name)} is '${text}'; allowed: true, false.`, {
    hint: message`Write ${option(name, 'true')}, or leave it out.`,
    details: { input: name, seen: text, allowed: ['true', 'false'] },
  })
}

/** The runner passes misspelt inputs on with a warning only: what they ask for would be ignored. */
function refuseUnknown(env: Readonly<Record<string, string | undefined>>, rows: readonly InputRow[]): void {
  const names = rows.map(({ name }) => name)
  for (const variable of Object.keys(env)) {
    const name = /^INPUT_(.+)$/.exec(variable)?.[1]?.toLowerCase()
    if (name === undefined || names.includes(name.replaceAll('_', ' ')) || names.includes(name)) continue
    const near = nearestName(name, names)
    throw new UserError('BAD_INPUT', `the input \`${name}\` is not known; known: ${names.toSorted().join(', ')}.`, {
      ...(near === undefined ? {} : { hint: `Did you mean \`${near}\`?` }),
      details: { input: name, allowed: names },
    })
  }
}
