import type { Place } from '../errors/index.ts'
import type { Cell, Dimension } from './cell.ts'

/** A text of kernelkit.yaml or of the command line, and where it is in the file. */
export interface Word {
  readonly text: string
  readonly place: Place | undefined
}

/** Which cells are meant: those that have one of the values in every dimension that it names. */
export interface CellPattern {
  readonly values: Readonly<Partial<Record<Dimension, readonly string[]>>>
  readonly place: Place | undefined
}

/** What is combined with every test; an empty dimension does not exist. */
export interface Matrix {
  readonly kernels: readonly Word[]
  readonly configs: readonly MatrixConfig[]
  readonly roots: readonly Word[]
  /** Cells in addition to the product; a dimension that a pattern leaves out has all its values, or for `kernel` and `config` none. */
  readonly include: readonly CellPattern[]
  readonly exclude: readonly CellPattern[]
  readonly allowFail: readonly CellPattern[]
}

/** A configuration of the kernel of `kernel:`, as items of `--config` on top of it. */
export interface MatrixConfig {
  readonly name: string
  readonly items: readonly Word[]
  readonly place: Place | undefined
}

/** The kernel of the block `kernel:`. */
export const builtKernel = 'built'

/** Whether a cell is one of those that the pattern means. */
export function isMeant(pattern: CellPattern, cell: Cell): boolean {
  return Object.entries(pattern.values).every(([dimension, values]) => values.includes(cell[dimension as Dimension] ?? ''))
}
