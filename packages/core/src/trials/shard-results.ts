import { UserError } from '../errors/index.ts'
import type { KnownFailure, Novelty } from './baseline.ts'
import { dimensions, type Cell } from './cell.ts'
import type { Shard } from './shards.ts'

/** One result as `results.json` has it: the document of its test, and what a report over all shards needs. */
export interface StoredResult {
  readonly name: string
  /** `null`: it was left out. */
  readonly verdict: string | null
  readonly mayFail: boolean
  readonly document: Readonly<Record<string, unknown>>
  /** Its suites of JUnit. */
  readonly suites: readonly unknown[]
  /** Why it is not a plain pass. */
  readonly why: string
}

/** A line of the baseline, as reports name it. */
export type StoredEntry = Pick<KnownFailure, 'line' | 'reason' | 'until'>

/** What the baseline says about the results of one shard. */
export interface StoredComparison {
  readonly file: string
  /** In the order of the results; `null` for one without a verdict. */
  readonly cells: readonly ({ readonly novelty: Novelty; readonly entry: StoredEntry | null } | null)[]
  readonly unmatched: readonly StoredEntry[]
  readonly expired: readonly StoredEntry[]
}

/** `results.json` of one run of `test` or `matrix`. */
export interface StoredResults {
  readonly format: 1
  readonly command: 'test' | 'matrix'
  readonly plan: {
    /** Of the tests and their cells: shards of one run have the same. */
    readonly digest: string
    /** Of the job that started all shards, where the surroundings have one. */
    readonly run: string | null
    readonly cells: readonly string[]
    /** The same cells as they are in the matrix. */
    readonly at: readonly Cell[]
  }
  /** What the whole is called in JUnit. */
  readonly title: string
  /** What the JSON document of the command says of the whole: file, kernels, seconds, evidence. */
  readonly whole: Readonly<Record<string, unknown>>
  readonly baseline: StoredComparison | null
  readonly shard: Shard | null
  readonly failOnFlaky: boolean
  readonly interrupted: boolean
  /** What the history of its machine has of it, to be read with care. */
  readonly records?: readonly unknown[]
  readonly results: readonly StoredResult[]
}

export interface ReadShard {
  /** As named by the user. */
  readonly directory: string
  readonly stored: StoredResults
}

export interface MergedResults {
  /** In the order of the plan. */
  readonly results: readonly { readonly directory: string; readonly result: StoredResult }[]
  /** Cells that no shard has run, and the shards that are missing. */
  readonly lost: readonly string[]
  readonly lostShards: readonly number[]
  /** How many shards there should be; absent: one run that was not divided. */
  readonly of: number | undefined
}

/** The results of all shards as those of one run. Throws BAD_MERGE for shards of different runs and for one that is there twice. */
export function mergeShards(shards: readonly ReadShard[]): MergedResults {
  const [first, ...rest] = shards
  if (first === undefined) throw bad('no results were named.', 'Name the directory of each shard.')
  for (const other of rest) requireSameRun(first, other)
  for (const shard of shards) requireSound(shard)
  const seen = new Map<number, string>()
  for (const { directory, stored } of shards) {
    const index = stored.shard?.index ?? 1
    const before = seen.get(index)
    if (before !== undefined)
      throw bad(`${before} and ${directory} are both shard ${index} of ${stored.shard?.of ?? 1}.`, 'Name each shard once.')
    seen.set(index, directory)
  }
  const of = first.stored.shard?.of
  const byName = new Map<string, { readonly directory: string; readonly result: StoredResult }>()
  for (const { directory, stored } of shards) {
    for (const result of stored.results) {
      const before = byName.get(result.name)
      if (before !== undefined)
        throw bad(
          `${before.directory} and ${directory} both ran ${result.name}: the shards were divided in different ways.`,
          'Divide them with `kernelkit plan`, or give all shards the same history.',
        )
      byName.set(result.name, { directory, result })
    }
  }
  const { cells } = first.stored.plan
  const numbers = Array.from({ length: of ?? 1 }, (_, index) => index + 1)
  return {
    results: cells.flatMap((name) => byName.get(name) ?? []),
    lost: cells.filter((name) => !byName.has(name)),
    lostShards: numbers.filter((index) => !seen.has(index)),
    of,
  }
}

/** What a run writes agrees with itself; a file that was edited, or put together by something else, may not. */
function requireSound({ directory, stored: { plan, shard, baseline, results } }: ReadShard): void {
  const refuse = (what: string) => bad(`the results in ${directory} contradict themselves: ${what}.`, 'Run the shard again.')
  const cells = new Set(plan.cells)
  if (cells.size !== plan.cells.length || plan.at.length !== plan.cells.length)
    throw refuse('their plan names a cell twice, or not where it is')
  if (shard !== null && (shard.index < 1 || shard.index > shard.of)) throw refuse(`they are shard ${shard.index} of ${shard.of}`)
  const allowed = new Set(plan.cells.filter((_name, index) => plan.at[index]?.allowFail === true))
  for (const [index, { name, verdict, mayFail, document }] of results.entries()) {
    if (!cells.has(name)) throw refuse(`${name} is not in their plan`)
    if (mayFail && !allowed.has(name) && baseline?.cells[index]?.novelty !== 'known')
      throw refuse(`${name} may fail, but neither their plan nor their baseline says so`)
    const own = typeof document['verdict'] === 'string' ? document['verdict'] : null
    if (own !== verdict) throw refuse(`${name} is ${verdict ?? 'left out'}, but ${own ?? 'left out'} in its document`)
  }
}

function requireSameRun(first: ReadShard, other: ReadShard): void {
  const differ = (what: string) =>
    bad(
      `${first.directory} and ${other.directory} are not parts of one run: ${what}.`,
      'Merge the shards of one run, and each run by itself.',
    )
  const [a, b] = [first.stored, other.stored]
  if (a.command !== b.command) throw differ(`one is of kernelkit ${a.command}, the other of kernelkit ${b.command}`)
  if (a.plan.digest !== b.plan.digest) throw differ('their tests differ')
  if (JSON.stringify([a.plan.cells, a.plan.at]) !== JSON.stringify([b.plan.cells, b.plan.at])) throw differ('their plans differ')
  if (a.plan.run !== b.plan.run) throw differ(`one is of job ${a.plan.run ?? 'none'}, the other of job ${b.plan.run ?? 'none'}`)
  if (a.shard?.of !== b.shard?.of) throw differ(`one was divided into ${a.shard?.of ?? 1}, the other into ${b.shard?.of ?? 1}`)
}

/** What the baseline says about all shards, in the order of the merged results; an entry met no cell when no shard has one for it. */
export function mergeComparisons(
  shards: readonly ReadShard[],
  { results, lost }: Pick<MergedResults, 'results' | 'lost'>,
): StoredComparison | undefined {
  const all = shards.flatMap(({ stored }) => (stored.baseline === null ? [] : [stored.baseline]))
  const [first] = all
  if (first === undefined) return undefined
  const byName = new Map(
    shards.flatMap(({ stored }) => stored.results.map(({ name }, index) => [name, stored.baseline?.cells[index] ?? null] as const)),
  )
  const isIn = (entries: readonly StoredEntry[], { line }: StoredEntry): boolean => entries.some((one) => one.line === line)
  const once = (entries: readonly StoredEntry[]) => [...new Map(entries.map((entry) => [entry.line, entry])).values()]
  return {
    file: first.file,
    cells: results.map(({ result }) => byName.get(result.name) ?? null),
    // A lost shard may have had its cells.
    unmatched: lost.length > 0 ? [] : first.unmatched.filter((entry) => all.every(({ unmatched }) => isIn(unmatched, entry))),
    expired: once(all.flatMap(({ expired }) => expired)),
  }
}

/** The text of results.json; `undefined` for anything else. */
export function parseStoredResults(text: string): StoredResults | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isObject(value) || value['format'] !== 1) return undefined
  const { plan, shard, results, command, title, whole, baseline } = value
  const isPlan =
    isObject(plan) &&
    isText(plan['digest']) &&
    (plan['run'] === null || isLine(plan['run'])) &&
    isListOf(plan['cells'], isLine) &&
    isListOf(plan['at'], isCell) &&
    isLine(title) &&
    isObject(whole)
  const isShard = shard === null || (isObject(shard) && Number.isInteger(shard['index']) && Number.isInteger(shard['of']))
  const areResults =
    isListOf(results, isResult) && (baseline === null || isComparison(baseline)) && (command === 'test' || command === 'matrix')
  return isPlan && isShard && areResults ? (value as unknown as StoredResults) : undefined
}

function isResult(value: unknown): boolean {
  if (!isObject(value)) return false
  const { name, verdict, why, document, suites } = value
  return isLine(name) && (verdict === null || isLine(verdict)) && isText(why) && isObject(document) && Array.isArray(suites)
}

function isCell(value: unknown): boolean {
  return isObject(value) && isLine(value['test']) && dimensions.every((key) => value[key] === undefined || isLine(value[key]))
}

function isComparison(value: unknown): boolean {
  if (!isObject(value)) return false
  const { file, cells, unmatched, expired } = value
  const areCells = isListOf(
    cells,
    (cell) => cell === null || (isObject(cell) && isLine(cell['novelty']) && (cell['entry'] === null || isEntry(cell['entry']))),
  )
  return isLine(file) && areCells && isListOf(unmatched, isEntry) && isListOf(expired, isEntry)
}

function isEntry(value: unknown): boolean {
  return isObject(value) && Number.isInteger(value['line']) && isText(value['reason']) && isLine(value['until'])
}

function isListOf(value: unknown, isOne: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isOne)
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** It is printed as a part of a line. */
function isLine(value: unknown): boolean {
  return isText(value) && !value.includes('\n')
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function bad(text: string, hint: string): UserError {
  return new UserError('BAD_MERGE', text, { hint })
}
