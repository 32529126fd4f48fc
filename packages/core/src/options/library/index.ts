import { UserError, nearestName } from '../../errors/index.ts'
import { givenOptions, type RawOptions } from '../given.ts'
import { camelCase, namedRows, vmRows, type LibraryOption, type OptionRow } from '../table/index.ts'
import type { LibraryShare } from '../vm/vm-share.ts'
import { kindOf } from './library-exec.ts'

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
        const option = optionOf.get(name)
        if (option !== undefined) return [camelCase(option), value]
        const near = nearestName(name, optionOf.keys())
        throw new UserError('BAD_OPTION', `the option \`${name}\` is not known; allowed: ${[...optionOf.keys()].toSorted().join(', ')}.`, {
          hint: near === undefined ? undefined : `Did you mean \`${near}\`?`,
          details: { seen: name, allowed: [...optionOf.keys()] },
        })
      }),
    ),
  )
}

/** Names in a program, and the options that they stand for. */
const optionOf: ReadonlyMap<string, string> = new Map(
  namedRows(vmRows).flatMap(({ name, library }: OptionRow & { readonly name: string }) =>
    library === false ? [] : [[library?.name ?? camelCase(name), name]],
  ),
)

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
