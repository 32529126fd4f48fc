import type { Host } from '../host.ts'
import type { Task } from '../logger.ts'

/** A log without a terminal shows long work at most, and at least, this often. */
const plainUpdateMs = 30_000

/** Calls again and again until the returned function is called; it keeps no process alive. */
export type Every = (ms: number, call: () => void) => () => void

export const everyMs: Every = (ms, call) => {
  const timer = setInterval(call, ms)
  timer.unref()
  return () => clearInterval(timer)
}

export interface PlainProgressOptions {
  readonly title: string
  readonly line: (text: string) => void
  /** Monotonic clock in milliseconds. */
  readonly now: () => number
  readonly every?: Every | undefined
  /** Every update is a line. */
  readonly isVerbose?: boolean
}

/** Long work on plain lines: the last status every half minute, also while the work reports nothing. */
export function plainProgress({ title, line, now, every, isVerbose = false }: PlainProgressOptions): {
  readonly update: Task['update']
  readonly end: () => void
} {
  const startedMs = now()
  let shownMs = startedMs
  let status = ''
  const show = (text: string): void => {
    shownMs = now()
    line(`  ${title}: ${text}`)
  }
  const stop = every?.(plainUpdateMs, () => {
    if (now() - shownMs < plainUpdateMs) return
    show(`${status === '' ? 'still running' : status} (${Math.round((now() - startedMs) / 1000)} s)`)
  })
  return {
    update: (text) => {
      status = text
      if (isVerbose || now() - shownMs >= plainUpdateMs) show(text)
    },
    end: () => stop?.(),
  }
}

/** `12 of 95 MB (13 %)`. */
export function describeBytes(bytes: number, total: number | undefined): string {
  const done = Math.round(bytes / 1e6)
  if (total === undefined || total <= 0) return `${done} MB`
  return `${done} of ${Math.ceil(total / 1e6)} MB (${Math.min(100, Math.floor((bytes / total) * 100))} %)`
}

/** Shows how a file grows that another program writes, once a second, while the work lasts. `before` are bytes that came earlier, `total` is unknown to some. */
export async function showGrowth<T>(
  host: Pick<Host, 'fs'>,
  {
    path,
    before,
    total,
    task,
    every = everyMs,
  }: { readonly path: string; readonly before: number; readonly total: number | undefined; readonly task: Task; readonly every?: Every },
  work: () => Promise<T>,
): Promise<T> {
  const stop = every(1000, () => {
    host.fs.stat(path).then(
      ({ size }) => task.update(describeBytes(before + size, total)),
      () => {},
    )
  })
  try {
    return await work()
  } finally {
    stop()
  }
}
