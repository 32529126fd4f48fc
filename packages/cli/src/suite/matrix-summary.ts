import { cellName, type Cell, type EndedCell } from '@kernelkit/core/trials'
import { formatTable } from '../output/table.ts'
import { stateWord, whyOf, type FinishedTest } from './finished-test.ts'
import { documentOf } from './test-summary.ts'

/** Cells and their results, in one order. */
export interface MatrixResults {
  readonly cells: readonly Cell[]
  readonly results: readonly FinishedTest[]
  /** Which of them may fail. */
  readonly allowed: readonly boolean[]
}

/** A row for each test (with its configuration and root), a column for each kernel; in brackets what may fail. */
export function renderGrid({ cells, results, allowed }: MatrixResults): string {
  const kernels = [...new Set(cells.map(({ kernel }) => kernel))]
  const rows = new Map<string, Map<string | undefined, string>>()
  for (const [index, cell] of cells.entries()) {
    const result = results[index]
    const name = cellName({ ...cell, kernel: undefined })
    const row = rows.get(name) ?? new Map<string | undefined, string>()
    rows.set(name, row.set(cell.kernel, result === undefined ? '' : shown(result, allowed[index] === true)))
  }
  const head = ['test', ...kernels.map((kernel) => kernel ?? 'verdict')]
  return formatTable(
    head,
    [...rows].map(([name, row]) => [name, ...kernels.map((kernel) => row.get(kernel) ?? '-')]),
  )
}

function shown(result: FinishedTest, mayFail: boolean): string {
  const word = stateWord(result)
  return mayFail && isBad(result) ? `(${word})` : word
}

function isBad({ state }: FinishedTest): boolean {
  return state !== undefined && state !== 'pass' && state !== 'flaky'
}

/** Two lines for each cell that did not pass: why, and how it is run again. */
export function renderBadCells({ results, allowed }: MatrixResults, again: (name: string) => string): readonly string[] {
  return results.flatMap((result, index) => {
    if (result.state === 'pass' || result.state === undefined) return []
    const mayFail = allowed[index] === true && isBad(result) ? ' (may fail)' : ''
    return [`${result.name}: ${stateWord(result)}${mayFail}: ${whyOf(result)}`, `  again: ${again(result.name)}`]
  })
}

export function endedCells(cells: readonly Cell[], results: readonly FinishedTest[]): readonly EndedCell[] {
  return results.flatMap((result, index) => {
    const cell = cells[index]
    return cell === undefined ? [] : [{ cell, state: result.state, release: releaseOf(result) }]
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
