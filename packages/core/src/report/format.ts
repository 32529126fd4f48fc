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
/** The named groups of a match, and where in the text it begins. */
export interface GroupsFound {
  readonly groups: Readonly<Record<string, string | undefined>>
  readonly index: number
}

/**
 * Finds what an expression with named groups finds, at a fraction of the cost: V8 makes the groups of each match as a dictionary, which is slow
 * to make, to read and to copy. The expression has no \k and no `g`.
 */
export function groupFinder(expression: RegExp): (text: string) => GroupsFound | undefined {
  const names = captures(expression.source)
  const unnamed = new RegExp(expression.source.replace(/\(\?<(?=[A-Za-z])\w+>/g, '('), expression.flags)
  return (text) => {
    const found = unnamed.exec(text)
    if (found === null) return undefined
    const groups: Record<string, string | undefined> = {}
    for (let at = 0; at < names.length; at += 1) {
      const name = names[at]
      if (name !== undefined) groups[name] = found[at + 1]
    }
    return { groups, index: found.index }
  }
}

/** The name of each group that captures, in order; undefined for one without. */
function captures(source: string): readonly (string | undefined)[] {
  // Escaped characters and classes first: a bracket in them opens nothing.
  const opening = /\\.|\[(?:\\.|[^\]\\])*\]|\((?!\?)|\(\?<([A-Za-z]\w*)>/g
  return [...source.matchAll(opening)].filter(([whole]) => whole.startsWith('(')).map(([, name]) => name)
}
