import type { ReportKind } from '../console/kinds.ts'

/** How the kernel prints one kind of report: a row of the table in formats/. */
export interface Format {
  readonly kind: ReportKind
  /**
   * The first line, without stamp. Named groups: `function`, `source`, `line`, `process`, and whatever the title uses.
   * Anchored at the start unless another message may tear it.
   */
  readonly first: RegExp
  /** `{function}` becomes the blamed function, other braces the groups of `first`; ` in {function}` goes when it is unknown. */
  readonly title: string
  /**
   * Whose word counts: the first line's function and then the trace (default), the trace alone, or where lockdep saw the lock taken.
   * `interrupted`: the trace below the interrupt that
   * looked. `entry`: the outermost function, where any of those below may be at fault. `handler`: the one that the report lists. `none`: no function is to blame.
   */
  readonly blame?: 'trace' | 'lock' | 'interrupted' | 'entry' | 'handler' | 'none'
  /** Functions that are machinery for this report only, `*` at the end for any rest. */
  readonly skip?: readonly string[]
  /** Open reports of which this line is only one more: an oops prints BUG:, Oops: and RIP:. */
  readonly continues?: readonly ReportKind[]
  /** A line of a report that has begun; it begins one only where the beginning was lost. */
  readonly detail?: true
  /** Only leads to the line that says what happened: that one names the report. */
  readonly leads?: true
  /** Nothing follows that belongs to it. */
  readonly oneLine?: true
  /** Drivers print such a line too; it counts once a trace follows. */
  readonly needsTrace?: true
  /** Several processors print below it: callers do not tell what belongs to it. */
  readonly anyCaller?: true
  /** The end of the trace is the end of the report. */
  readonly endsAfterTrace?: true
}

/** Groups of a symbol with its place, as `%pS` prints it and decoders extend it. */
export const symbol = String.raw`(?<function>[A-Za-z_$.<][^\s+]*)(?:\+0x[0-9a-f]+(?:\/0x[0-9a-f]+)?)?(?: \[\w+\])?(?: \(?(?<source>[^\s:()]{1,400}\.\w+):(?<line>\d+))?`
