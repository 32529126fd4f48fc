import { actionRows } from './action-rows.ts'
import { commandRows, commonRows } from './command-rows.ts'
import { imageRows } from './image-rows.ts'
import { kernelRows } from './kernel-rows.ts'
import type { OptionRow, OptionRows } from './option-row.ts'
import { vmRows } from './vm-rows.ts'

export { actionRows, commandRows, commonRows, imageRows, kernelRows, vmRows }
export type { LibraryOption, OptionKind, OptionRow, OptionRows, PathKind, Reach, Refusal } from './option-row.ts'

/** The blocks of kernelkit.yaml with the options that are their keys. */
export const blockTables = { kernel: kernelRows, image: imageRows, vm: vmRows } as const satisfies Readonly<Record<string, OptionRows>>

export type BlockName = keyof typeof blockTables
export const blockNames: readonly BlockName[] = ['kernel', 'image', 'vm']

/** A row with the name that it is listed under. */
export interface NamedRow extends OptionRow {
  readonly name: string
}

export function namedRows(rows: OptionRows): readonly NamedRow[] {
  return Object.entries(rows).map(([name, row]) => ({ name, ...row }))
}

/** Rows of a block that are keys of kernelkit.yaml. */
export function fileRows(block: BlockName): readonly NamedRow[] {
  return namedRows(blockTables[block]).filter(({ file }) => file !== false)
}

/** Options of a command in the order of its help, without those that every command has. */
export function rowsOfCommand(command: string): readonly NamedRow[] {
  const tables: readonly OptionRows[] = [...Object.values(commandRows), ...Object.values(blockTables)]
  return tables.flatMap(namedRows).filter(({ commands }) => commands.includes(command))
}

const inputBlocks: Readonly<Record<string, BlockName>> = { 'build-kernel': 'kernel', 'bake-image': 'image', 'boot-vm': 'vm' }

/** Names of the Actions. */
export type ActionName = Exclude<keyof typeof actionRows, 'every'>

/** Inputs of an Action in the order of its action.yml. */
export function rowsOfAction(action: ActionName): readonly NamedRow[] {
  const block = inputBlocks[action]
  const common: OptionRows = commonRows
  const shared = ['cache-dir', 'verbose', ...(block === 'kernel' || block === 'image' ? ['toolchain'] : [])]
  return [
    ...namedRows(actionRows[action]),
    ...(block === undefined ? [] : namedRows(blockTables[block]).filter((row) => row.action !== false)),
    ...namedRows(common).filter(({ name }) => shared.includes(name)),
    ...namedRows(actionRows.every),
  ]
}

/** Every option by its name; where two commands have one of the same name, that of a block of kernelkit.yaml. */
export const everyOption: ReadonlyMap<string, NamedRow> = new Map(
  [commonRows, ...Object.values(commandRows), ...Object.values(actionRows), imageRows, kernelRows, vmRows]
    .flatMap((rows: OptionRows) => namedRows(rows))
    .map((row) => [row.name, row]),
)

/** `boot-timeout` to `bootTimeout`. */
export function camelCase(name: string): string {
  return name.replaceAll(/-([a-z0-9])/g, (_dash, letter: string) => letter.toUpperCase())
}
