import type { ComparedCell, KnownFailure } from '@kernelkit/core/trials'

type Entry = Pick<KnownFailure, 'line' | 'reason' | 'until'>

/** What is shown of a comparison. */
export interface ShownComparison {
  readonly cells: readonly ((Pick<ComparedCell, 'novelty'> & { readonly entry: Entry | undefined }) | undefined)[]
  readonly unmatched: readonly Entry[]
  readonly expired: readonly Entry[]
}

/** What the baseline says about the results: new failures, known ones, what is fixed, and entries that say nothing any more. */
export function renderComparison(
  { cells, unmatched, expired }: ShownComparison,
  names: readonly string[],
  { file, isWhole }: { readonly file: string; readonly isWhole: boolean },
): readonly string[] {
  const at = (entry: Entry) => `${file}:${entry.line}`
  const isNeeded = (entry: Entry): boolean => cells.some((cell) => cell?.novelty === 'known' && cell.entry?.line === entry.line)
  // Cells that did not run may need it too.
  const advice = (entry: Entry): string => {
    if (isNeeded(entry)) return `${at(entry)} is still needed for another one, and can be narrowed`
    return isWhole ? `remove ${at(entry)}` : `${at(entry)}, unless another one needs it`
  }
  const lines = (novelty: ComparedCell['novelty'], text: (entry: Entry | undefined) => string) =>
    names.flatMap((name, index) => {
      const cell = cells[index]
      return cell?.novelty === novelty ? [`${novelty}: ${name}${text(cell.entry)}`] : []
    })
  return [
    ...lines('new', () => ''),
    ...lines('known', (entry) => (entry === undefined ? '' : `: ${entry.reason} (until ${entry.until})`)),
    ...lines('fixed', (entry) => (entry === undefined ? '' : `: ${advice(entry)}`)),
    ...expired.map((entry) => `expired: ${at(entry)} counted until ${entry.until}: ${entry.reason}`),
    // Where only some tests were chosen, the others were not there to be met.
    ...(isWhole ? unmatched.map((entry) => `never met: ${at(entry)} is about no test here: ${entry.reason}`) : []),
  ]
}

/** The same in the JSON document. */
export function comparisonDocument(
  { cells, unmatched, expired }: ShownComparison,
  names: readonly string[],
  { isWhole }: { readonly isWhole: boolean },
): Readonly<Record<string, unknown>> {
  const namesOf = (novelty: ComparedCell['novelty']) => names.flatMap((name, index) => (cells[index]?.novelty === novelty ? [name] : []))
  const linesOf = (entries: readonly Entry[]) => entries.map(({ line, reason, until }) => ({ line, reason, until }))
  return {
    new: namesOf('new'),
    known: namesOf('known'),
    fixed: namesOf('fixed'),
    expired: linesOf(expired),
    neverMet: isWhole ? linesOf(unmatched) : [],
  }
}
