import type { TrialState } from './repeats.ts'

/** One ended test on one kernel, as the history keeps it: a line of JSON. */
export interface HistoryRecord {
  /** Milliseconds since 1970. */
  readonly at: number
  /** Directory of the kernelkit.yaml, or the working directory. */
  readonly project: string
  readonly test: string
  /** As written; absent: the project's own. */
  readonly kernel: string | undefined
  readonly config: string | undefined
  readonly root: string | undefined
  /** Release that ran, such as 6.1.0-50-cloud-amd64. */
  readonly release: string | undefined
  readonly state: TrialState
  /** Runs that passed, and all. */
  readonly passed: number
  readonly runs: number
  /** Of all runs. */
  readonly seconds: number
}

/** A line of the file. */
export function renderRecord(record: HistoryRecord): string {
  return `${JSON.stringify(record)}\n`
}

export interface ReadHistory {
  readonly records: readonly HistoryRecord[]
  /** Lines that are not records. */
  readonly broken: number
}

/** The text of the file; a line that is not a record is counted, not believed. */
export function parseHistory(text: string): ReadHistory {
  const lines = text.split('\n').filter((line) => line !== '')
  const records = lines.flatMap((line) => {
    const record = parseRecord(line)
    return record === undefined ? [] : [record]
  })
  return { records, broken: lines.length - records.length }
}

function parseRecord(line: string): HistoryRecord | undefined {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const fields = value as Readonly<Record<string, unknown>>
  const { at, project, test, state, passed, runs, seconds } = fields
  const texts = ['kernel', 'config', 'root', 'release'].every((key) => fields[key] === undefined || typeof fields[key] === 'string')
  const numbers = [at, passed, runs, seconds].every((number) => typeof number === 'number' && Number.isFinite(number) && number >= 0)
  const isRecord = texts && numbers && [project, test, state].every((text) => typeof text === 'string')
  return isRecord ? (value as HistoryRecord) : undefined
}

/** What the history says of one test on one kernel. */
export interface TestHistory {
  readonly test: string
  readonly kernel: string | undefined
  readonly config: string | undefined
  readonly root: string | undefined
  /** Of the newest record that has one. */
  readonly release: string | undefined
  readonly passed: number
  readonly runs: number
  /** Records with the state `flaky`, or with runs that passed and runs that did not. */
  readonly flaky: number
  /** Median of one run. */
  readonly seconds: number
  /** The newest. */
  readonly last: TrialState
  readonly lastAt: number
}

/** By test and kernel, in the order in which they were first seen. */
export function summariseHistory(records: readonly HistoryRecord[]): readonly TestHistory[] {
  const groups = new Map<string, HistoryRecord[]>()
  for (const record of records) {
    const key = JSON.stringify([record.test, record.kernel, record.config, record.root])
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [record])
    else group.push(record)
  }
  return [...groups.values()].flatMap((group) => {
    const newest = group.reduce((best, one) => (one.at >= best.at ? one : best))
    const { test, kernel, config, root, state, at } = newest
    return [
      {
        test,
        kernel,
        config,
        root,
        release: group.findLast(({ release }) => release !== undefined)?.release,
        passed: sum(group.map(({ passed }) => passed)),
        runs: sum(group.map(({ runs }) => runs)),
        flaky: group.filter((one) => one.state === 'flaky' || (one.passed > 0 && one.passed < one.runs)).length,
        seconds: median(group.map(({ seconds, runs }) => seconds / Math.max(runs, 1))),
        last: state,
        lastAt: at,
      },
    ]
  })
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)] ?? 0, sorted[Math.ceil((sorted.length - 1) / 2)] ?? 0]
  return (low + high) / 2
}
