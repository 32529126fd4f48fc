import { cellName, type Cell, type EndedCell } from '@kernelkit/core/trials'
import { formatTable } from '../output/table.ts'
import { stateWord, whyOf, type FinishedTest } from './finished-test.ts'
import { documentOf } from './test-summary.ts'

/** A cell as the table and the lines after it show it, whichever machine ran it. */
export interface ShownCell extends EndedCell {
  readonly name: string
  /** Its state, or the word for having none. */
  readonly word: string
  readonly mayFail: boolean
  /** Why it is not a plain pass. */
  readonly why: string
  /** The command that runs it again. */
  readonly again: string
}

export interface ShowOptions {
  readonly results: readonly FinishedTest[]
  /** Which of them may fail. */
  readonly allowed: readonly boolean[]
  readonly again: (name: string) => string
}

/** Cells with their results, in one order. */
export function shownCells(cells: readonly Cell[], { results, allowed, again }: ShowOptions): readonly ShownCell[] {
  return results.flatMap((result, index) => {
    const cell = cells[index]
    if (cell === undefined) return []
    const { name, state } = result
    const mayFail = allowed[index] === true
    return [{ cell, name, state, release: releaseOf(result), word: stateWord(result), mayFail, why: whyOf(result), again: again(name) }]
  })
}

/** A row for each test (with its configuration and root), a column for each kernel; in brackets what may fail. */
export function renderGrid(cells: readonly ShownCell[]): string {
  const kernels = [...new Set(cells.map(({ cell }) => cell.kernel))]
  const rows = new Map<string, Map<string | undefined, string>>()
  for (const { cell, ...shown } of cells) {
    const name = cellName({ ...cell, kernel: undefined })
    const row = rows.get(name) ?? new Map<string | undefined, string>()
    rows.set(name, row.set(cell.kernel, shown.mayFail && isBad(shown) ? `(${shown.word})` : shown.word))
  }
  const head = ['test', ...kernels.map((kernel) => kernel ?? 'verdict')]
  return formatTable(
    head,
    [...rows].map(([name, row]) => [name, ...kernels.map((kernel) => row.get(kernel) ?? '-')]),
  )
}

function isBad({ state }: Pick<EndedCell, 'state'>): boolean {
  return state !== undefined && state !== 'pass' && state !== 'flaky'
}

/** Two lines for each cell that did not pass: why, and how it is run again. */
export function renderBadCells(cells: readonly ShownCell[]): readonly string[] {
  return cells.flatMap((cell) => {
    if (cell.state === 'pass' || cell.state === undefined) return []
    const mayFail = cell.mayFail && isBad(cell) ? ' (may fail)' : ''
    return [`${cell.name}: ${cell.word}${mayFail}: ${cell.why}`, `  again: ${cell.again}`]
  })
}

/** Of the kernel that ran. */
export function releaseOf({ decisive }: FinishedTest): string | undefined {
  return decisive.kind === 'run' ? decisive.run.prepared.plan.kernel.release : undefined
}

/** One cell in the JSON document: that of the test, and where it is in the matrix. */
export function cellDocument(cell: Cell | undefined, result: FinishedTest, again: string): Readonly<Record<string, unknown>> {
  const at = { test: cell?.test ?? null, kernel: cell?.kernel ?? null, config: cell?.config ?? null, root: cell?.root ?? null }
  return { ...documentOf(result), cell: { ...at, release: releaseOf(result) ?? null, allowFail: cell?.allowFail ?? false }, again }
}
