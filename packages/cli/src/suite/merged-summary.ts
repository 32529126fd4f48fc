import { judgeTests } from '@kernelkit/core/project'
import {
  findPatterns,
  mergeComparisons,
  type Cell,
  type MergedResults,
  type ReadShard,
  type StoredComparison,
  type StoredEntry,
  type StoredResult,
  type TrialState,
} from '@kernelkit/core/trials'
import { formatTable } from '../output/table.ts'
import { comparisonDocument, renderComparison, type ShownComparison } from './comparison-lines.ts'
import { renderBadCells, renderGrid, type ShownCell } from './matrix-summary.ts'

/** The verdict of all shards by the rules of one run, and the counts of the last line. */
export function judgeMerged({ results, lost }: MergedResults, shards: readonly ReadShard[]) {
  const states = results.map(({ result }) => stateOf(result))
  const counting = results.flatMap(({ result }, index) => (result.mayFail && states[index] !== undefined ? [] : [states[index]]))
  const judgement = judgeTests([...counting, ...lost.map(() => undefined)], {
    failOnFlaky: shards.some(({ stored }) => stored.failOnFlaky),
  })
  const countOf = (isMeant: (state: TrialState | undefined, result: StoredResult) => boolean) =>
    results.filter(({ result }, index) => isMeant(states[index], result)).length
  const some = (name: string, count: number) => (count === 0 ? [] : [`${name}=${count}`])
  const isBad = (state: TrialState | undefined) => state !== undefined && state !== 'pass' && state !== 'flaky'
  const counts = [
    `${nounOf(shards)}=${results.length + lost.length}`,
    `passed=${countOf((state) => state === 'pass')}`,
    `failed=${countOf((state, { mayFail, verdict }) => (isBad(state) && !mayFail) || verdict === 'interrupted')}`,
    ...some(
      'flaky',
      countOf((state) => state === 'flaky'),
    ),
    ...some(
      'allowed',
      countOf((state, { mayFail }) => isBad(state) && mayFail),
    ),
    ...some(
      'left-out',
      countOf((_state, { verdict }) => verdict === null),
    ),
    `lost=${lost.length}`,
    `shards=${shards.length}`,
  ]
  return { ...judgement, counts: counts.join(' ') }
}

/** The document of `test --json` or `matrix --json`, as one run over all shards would have printed it, and what is lost. */
export function mergedDocument(
  merged: MergedResults,
  {
    shards,
    at,
    evidence,
    junit,
  }: {
    readonly shards: readonly ReadShard[]
    /** Where the evidence of a shard is now. */
    readonly at: (directory: string) => string
    readonly evidence: string | null
    readonly junit: string | null
  },
): Readonly<Record<string, unknown>> {
  const wholes = shards.map(({ stored }) => stored.whole)
  const fromOf = new Map(shards.map(({ directory, stored }) => [directory, stored.whole['evidence']]))
  const documents = merged.results.map(({ directory, result }) =>
    moved(result.document, { from: fromOf.get(directory), to: at(directory) }),
  )
  const kernels: Readonly<Record<string, unknown>> = Object.assign({}, ...wholes.map((whole) => whole['kernels']))
  const isMatrix = nounOf(shards) === 'cells'
  const compared = mergeComparisons(shards, merged)
  const names = merged.results.map(({ result }) => result.name)
  return {
    seconds: slowest(wholes.map((whole) => whole['seconds'])),
    file: wholes[0]?.['file'] ?? null,
    ...(isMatrix ? { kernels } : { kernel: kernels[''] }),
    image: wholes.map((whole) => whole['image']).find((image) => typeof image === 'string'),
    ...(isMatrix ? { patterns: findPatterns(cellsOf(merged, shards)), cells: documents } : { tests: documents }),
    evidence,
    junit,
    page: null,
    ...(compared === undefined
      ? {}
      : { baseline: comparisonDocument(shownComparison(compared), names, { isWhole: merged.lost.length === 0 }) }),
    lost: merged.lost,
    lostShards: merged.lostShards,
  }
}

/** What one run over all shards would have printed; of tests without a matrix a table that names the shard of each. */
export function renderMerged(merged: MergedResults, shards: readonly ReadShard[]): readonly string[] {
  const cells = cellsOf(merged, shards)
  const compared = mergeComparisons(shards, merged)
  const names = merged.results.map(({ result }) => result.name)
  const isWhole = merged.lost.length === 0
  const lines = compared === undefined ? [] : renderComparison(shownComparison(compared), names, { file: compared.file, isWhole })
  if (nounOf(shards) === 'cells') return [renderGrid(cells), ...renderBadCells(cells), ...lines, ...findPatterns(cells)]
  const shardOf = new Map(merged.results.map(({ directory, result }) => [result.name, directory]))
  const rows = cells.map(({ name, word, why }) => [name, word, shardOf.get(name) ?? '', why])
  return [formatTable(['test', 'verdict', 'shard', 'why'], rows), ...lines]
}

/** All cells of the plan in its order, those that no shard has run as well. */
function cellsOf({ results, lost }: MergedResults, shards: readonly ReadShard[]): readonly ShownCell[] {
  const byName = new Map(results.map(({ result }) => [result.name, result]))
  const { cells = [], at = [] } = shards[0]?.stored.plan ?? {}
  return cells.flatMap((name, index): readonly ShownCell[] => {
    const [result, cell] = [byName.get(name), at[index]]
    if (cell === undefined) return []
    if (result !== undefined) return [shownResult(result, cell)]
    const why = 'no shard has its result'
    return lost.includes(name) ? [{ name, cell, state: undefined, release: undefined, word: 'lost', mayFail: false, why, again: '' }] : []
  })
}

function shownResult(result: StoredResult, cell: Cell): ShownCell {
  const { name, mayFail, verdict, why, document } = result
  const { again, cell: own } = document
  const release = typeof own === 'object' && own !== null && 'release' in own ? own.release : undefined
  return {
    name,
    cell,
    state: stateOf(result),
    release: typeof release === 'string' ? release : undefined,
    word: verdict ?? 'not run',
    mayFail,
    why: oneLine(why),
    again: typeof again === 'string' ? oneLine(again) : '',
  }
}

/** Other text of shards is of one line (parseStoredResults): none of it begins a line of this output. */
function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, ' ')
}

/** `undefined` for what was left out or interrupted. */
function stateOf({ verdict }: StoredResult): TrialState | undefined {
  // Any other word is one of no pass.
  return verdict === null || verdict === 'interrupted' ? undefined : (verdict as TrialState)
}

function nounOf(shards: readonly ReadShard[]): 'cells' | 'tests' {
  return shards[0]?.stored.command === 'matrix' ? 'cells' : 'tests'
}

function shownComparison({ cells, unmatched, expired }: StoredComparison): ShownComparison {
  const entryOf = ({ line, reason, until }: StoredEntry): StoredEntry => ({ line, reason: oneLine(reason), until })
  return {
    unmatched: unmatched.map(entryOf),
    expired: expired.map(entryOf),
    cells: cells.map((cell) =>
      cell === null ? undefined : { novelty: cell.novelty, entry: cell.entry === null ? undefined : entryOf(cell.entry) },
    ),
  }
}

/** Shards run at the same time: the whole takes as long as the slowest. */
function slowest(all: readonly unknown[]): Readonly<Record<string, number>> {
  const most: Record<string, number> = {}
  for (const one of all) {
    for (const [key, value] of Object.entries(one ?? {})) if (typeof value === 'number') most[key] = Math.max(most[key] ?? 0, value)
  }
  return most
}

/** The document with the paths that its evidence has here. */
function moved(document: StoredResult['document'], { from, to }: { readonly from: unknown; readonly to: string }): unknown {
  if (typeof from !== 'string' || from === '') return document
  const put = (_key: string, value: unknown): unknown =>
    typeof value === 'string' && value.startsWith(`${from}/`) ? `${to}${value.slice(from.length)}` : value
  return JSON.parse(JSON.stringify(document, put))
}
