import type { Logger, Task } from '@kernelkit/host'
import { plainLine } from './plain-text.ts'

export interface ActionLoggerOptions {
  readonly write: (text: string) => void
  /** Becomes an annotation. */
  readonly warn: (text: string) => void
  readonly verbose: boolean
  /** Monotonic clock in milliseconds. */
  readonly now: () => number
}

/** How often a log shows the progress of long work. */
const updateMs = 30_000

/** Plain lines for decisions; long work has a line at its start and its end, and one now and then. */
export function createActionLogger({ write, warn, verbose, now }: ActionLoggerOptions): Logger {
  const line = (text: string): void => write(`${plainLine(text)}\n`)
  const task = (title: string): Task => {
    const startedMs = now()
    let shownMs = startedMs
    const end = (mark: string, note: string | undefined): void => {
      const what = note === undefined || note === '' ? title : `${title}: ${note}`
      line(`${mark} ${what} (${((now() - startedMs) / 1000).toFixed(1)} s)`)
    }
    line(`${title} ...`)
    return {
      update: (status) => {
        if (now() - shownMs < updateMs) return
        shownMs = now()
        line(`  ${title}: ${status}`)
      },
      done: (note) => end('ok', note),
      fail: (note) => end('failed', note),
    }
  }
  return { info: line, detail: (text) => void (verbose && line(text)), warn, task }
}
