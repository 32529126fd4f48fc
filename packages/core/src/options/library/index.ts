import { UserError, nearestName } from '../../errors/index.ts'
import { givenOptions, type RawOptions } from '../given.ts'
import { camelCase, namedRows, vmRows, type LibraryOption, type OptionRow } from '../table/index.ts'
import type { LibraryShare } from '../vm/vm-share.ts'
import { badValue, kindOf } from './library-exec.ts'

export { badValue, knownOptions, parseLibraryExec, type LibraryExec } from './library-exec.ts'

type Rows = typeof vmRows
type Named = { readonly library: { readonly name: string } }
type Camel<Name extends string> = Name extends `${infer Head}-${infer Tail}` ? `${Head}${Capitalize<Camel<Tail>>}` : Name
type LibraryName<Name extends keyof Rows> = Rows[Name] extends { readonly library: false }
  ? never
  : Rows[Name] extends Named
    ? Rows[Name]['library']['name']
    : Camel<Name>

type ValueOf<Row> = Row extends { readonly library: { readonly type: 'number' | 'milliseconds' } }
  ? number
  : Row extends { readonly library: { readonly type: 'shares' } }
    ? readonly LibraryShare[]
    : Row extends { readonly choices: readonly (infer Choice)[] }
      ? Choice
      : Row extends { readonly kind: 'flag' }
        ? boolean
        : Row extends { readonly kind: 'list' | 'set' }
          ? readonly string[]
          : string

/** The options of a VM in a program: those of the table that make sense there, under their names. */
export type LibraryVmOptions = { readonly [Name in keyof Rows as LibraryName<Name>]?: ValueOf<Rows[Name]> | undefined }

/** Options of a program as the parsers take them; throws BAD_OPTION for what is not an option. */
export function libraryOptions(options: LibraryVmOptions): RawOptions {
  const given: unknown = options
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new UserError('BAD_OPTION', `the options of \`bootVm\` are ${kindOf(given)}, not an object.`, {
      hint: "Write for instance `bootVm({ kernel: '.' })`.",
    })
  }
  return givenOptions(
    Object.fromEntries(
      Object.entries(options).map(([name, value]) => {
        const row = rowOf.get(name)
        if (row !== undefined) return [camelCase(row.name), checkedValue(name, row, value)]
        const near = nearestName(name, rowOf.keys())
        throw new UserError('BAD_OPTION', `the option \`${name}\` is not known; allowed: ${[...rowOf.keys()].toSorted().join(', ')}.`, {
          hint: near === undefined ? undefined : `Did you mean \`${near}\`?`,
          details: { seen: name, allowed: [...rowOf.keys()] },
        })
      }),
    ),
  )
}

type NamedRow = OptionRow & { readonly name: string }

/** Names in a program, and the options that they stand for. */
const rowOf: ReadonlyMap<string, NamedRow> = new Map(
  namedRows(vmRows).flatMap((row: NamedRow) => (row.library === false ? [] : [[row.library?.name ?? camelCase(row.name), row]])),
)

/** What only types keep out: a value of another type would be taken for a text, or for a list of one, and the empty text for none. */
function checkedValue(name: string, row: NamedRow, value: unknown): unknown {
  if (value === undefined) return value
  const type = row.library === false ? undefined : row.library?.type
  const isText = (one: unknown): boolean => typeof one === 'string'
  const refuseUnless = (isRight: boolean, allowed: string): unknown => {
    if (isRight) return value
    throw badValue(name, value, allowed)
  }
  // Which numbers and texts is the parser's affair.
  if (type === 'number') return refuseUnless(typeof value === 'number', 'a number')
  if (type === 'milliseconds') return refuseUnless(typeof value === 'number', 'a number of milliseconds')
  if (type === 'shares')
    return refuseUnless(
      Array.isArray(value) && value.every((one) => typeof one === 'object'),
      "a list of objects such as { host: '.', guest: '/mnt/src', mode: 'ro' }",
    )
  if (row.choices !== undefined && row.kind !== 'list' && row.kind !== 'set')
    return refuseUnless(isText(value), row.choices.map((choice) => `'${choice}'`).join(', '))
  if (row.kind === 'flag') return refuseUnless(typeof value === 'boolean', 'true or false')
  if (row.kind === 'list' || row.kind === 'set') return refuseUnless(Array.isArray(value) && value.every(isText), 'a list of texts')
  return refuseUnless(isText(value) && value !== '', value === '' ? 'a text that is not empty' : 'a text')
}

/** An option of the library with all that its documentation says. */
export interface LibraryRow {
  readonly name: string
  /** As TypeScript writes it. */
  readonly type: string
  readonly help: string
  /** What happens without it. */
  readonly otherwise: string
}

/** Options of `bootVm` in the order of the table. */
export function libraryRows(): readonly LibraryRow[] {
  return namedRows(vmRows).flatMap(({ library, name, ...row }) => {
    if (library === false) return []
    return [
      {
        name: library?.name ?? camelCase(name),
        type: typeText(row, library?.type),
        help: library?.help ?? row.help,
        otherwise: library?.otherwise ?? row.otherwise ?? row.default ?? 'off',
      },
    ]
  })
}

/** The same as {@link LibraryVmOptions}; a test compares the two. */
function typeText({ choices, kind }: Pick<OptionRow, 'choices' | 'kind'>, type: LibraryOption['type']): string {
  if (type === 'number' || type === 'milliseconds') return 'number'
  if (type === 'shares') return 'readonly GuestShare[]'
  if (choices !== undefined) return choices.map((choice) => `'${choice}'`).join(' | ')
  if (kind === 'flag') return 'boolean'
  return kind === 'list' || kind === 'set' ? 'readonly string[]' : 'string'
}
