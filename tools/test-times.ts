export interface Timed {
  readonly name: string
  readonly seconds: number
}

export interface StageTime extends Timed {
  /** What the stage's processes computed: unlike `seconds`, hardly more on a busy machine. */
  readonly cpuSeconds?: number | undefined
}

const column = (seconds: number): string => seconds.toFixed(1).padStart(7)

/** Test files, slowest first; those below a second in one line. */
export function renderFileTimes(files: readonly Timed[]): string {
  const sorted = files.toSorted((a, b) => b.seconds - a.seconds)
  const slow = sorted.filter(({ seconds }) => seconds >= 1)
  const quick = sorted.slice(slow.length)
  const lines = slow.map(({ name, seconds }) => `${column(seconds)} ${name}`)
  if (quick.length > 0) lines.push(`${column(quick.reduce((sum, { seconds }) => sum + seconds, 0))} ${quick.length} files below a second`)
  return lines.join('\n')
}

/** The table at the end of `npm test`: stages in their order, and their sum. */
export function renderStageTimes(stages: readonly StageTime[]): string {
  const cpuSum = stages.reduce((sum, { cpuSeconds = 0 }) => sum + cpuSeconds, 0)
  const total = { name: 'total', seconds: stages.reduce((sum, { seconds }) => sum + seconds, 0), cpuSeconds: cpuSum }
  const rows = [...stages, total].map(
    ({ name, seconds, cpuSeconds }) => `${column(seconds)} ${cpuSeconds === undefined ? ' '.repeat(7) : column(cpuSeconds)} ${name}`,
  )
  return ['seconds     CPU stage', ...rows].join('\n')
}
