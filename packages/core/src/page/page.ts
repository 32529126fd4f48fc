/** What one page shows about runs: plain data, all texts of guests as they came. */
export interface ResultsPage {
  readonly title: string
  /** Of the whole; the worst of the runs where no document says it. */
  readonly verdict: string
  /** Kernels or other combinations, in the order in which they come. */
  readonly columns: readonly string[]
  readonly rows: readonly PageRow[]
  readonly runs: readonly PageRun[]
  /** Passed results that are counted and not listed. */
  readonly omitted: number
}

/** One test, in each column. */
export interface PageRow {
  readonly name: string
  /** In the order of the columns; absent where it did not run. */
  readonly cells: readonly (PageCell | undefined)[]
}

export interface PageCell {
  readonly state: string
  /** For colour and filter. */
  readonly kind: CellKind
  readonly seconds: number | undefined
  /** Index among the runs: where the details are. */
  readonly run: number
  /** What the baseline says of it: `new`, `known`, `fixed`. */
  readonly baseline: string | undefined
}

export type CellKind = 'pass' | 'fail' | 'skip' | 'none'

/** One guest. */
export interface PageRun {
  readonly name: string
  readonly column: string
  readonly verdict: string
  readonly kind: CellKind
  readonly what: string
  readonly hint: string | undefined
  readonly seconds: number | undefined
  readonly facts: readonly (readonly [name: string, value: string])[]
  readonly reports: readonly PageReport[]
  /** Failed results with the lines that explain them. */
  readonly failures: readonly PageFailure[]
  /** As the document has it; the page's own files come from next to it first. */
  readonly files: PageFiles
  /** Shell line that runs it again. */
  readonly replay: string | undefined
}

export interface PageFiles {
  /** Directory of the evidence. */
  readonly directory: string | undefined
  readonly console: string | undefined
  readonly timed: string | undefined
  readonly stdout: string | undefined
  readonly stderr: string | undefined
}

export interface PageReport {
  readonly title: string
  readonly kind: string
  readonly place: string | undefined
  readonly task: string | undefined
  readonly startLine: number
  readonly trace: readonly string[]
}

export interface PageFailure {
  readonly name: string
  readonly reason: string | undefined
  readonly lines: readonly string[]
}

/** One result of a stream of TAP or KTAP. */
export interface PageResult {
  /** Names of its suites and its own. */
  readonly name: string
  readonly isSuite: boolean
  readonly state: string
  readonly seconds: number | undefined
  readonly failure: PageFailure
}
