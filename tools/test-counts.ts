export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** Lines of `passed failed skipped`, as tools/count-reporter.ts appends them. */
export function parseCounts(text: string): readonly Counts[] {
  const lines = text.split('\n').filter((line) => line !== '')
  return lines.map((line) => {
    const [passed = Number.NaN, failed = Number.NaN, skipped = Number.NaN] = line.split(' ').map(Number)
    if (Number.isNaN(passed + failed + skipped)) throw new Error(`not three counts: '${line}'`)
    return { passed, failed, skipped }
  })
}

export function addCounts(all: readonly Counts[]): Counts {
  const sum = (name: keyof Counts) => all.reduce((total, counts) => total + counts[name], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

/** The closing line of `npm test`. */
export function renderCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
