export interface Timed {
  readonly name: string
  readonly seconds: number
  /** What its processes computed: unlike `seconds`, hardly more on a busy machine. */
  readonly cpuSeconds?: number | undefined
}

const column = (seconds: number | undefined): string => (seconds?.toFixed(1) ?? '').padStart(7)

/** Test files, slowest first; those below a second in one line. */
export function renderFileTimes(files: readonly Timed[]): string {
  const sorted = files.toSorted((a, b) => b.seconds - a.seconds)
  const slow = sorted.filter(({ seconds }) => seconds >= 1)
  const quick = sorted.slice(slow.length)
  const hasCpu = files.some(({ cpuSeconds }) => cpuSeconds !== undefined)
  const row = ({ name, seconds, cpuSeconds }: Timed): string => `${column(seconds)}${hasCpu ? ` ${column(cpuSeconds)}` : ''} ${name}`
  const lines = slow.map(row)
  if (quick.length > 0) lines.push(row({ name: `${quick.length} files below a second`, seconds: sumOf(quick) }))
  return lines.join('\n')
}

/** The table at the end of `npm test`: stages in their order, and their sum. */
export function renderStageTimes(stages: readonly Timed[]): string {
  const cpuSum = stages.reduce((sum, { cpuSeconds = 0 }) => sum + cpuSeconds, 0)
  const total = { name: 'total', seconds: sumOf(stages), cpuSeconds: cpuSum }
  const rows = [...stages, total].map(({ name, seconds, cpuSeconds }) => `${column(seconds)} ${column(cpuSeconds)} ${name}`)
  return ['seconds     CPU stage', ...rows].join('\n')
}

function sumOf(rows: readonly Timed[]): number {
  return rows.reduce((sum, { seconds }) => sum + seconds, 0)
}
