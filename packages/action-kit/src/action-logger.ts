import { plainProgress, type Every, type Logger, type Task } from '@kernelkit/host'
import { plainLine } from '@kernelkit/core/text'

export interface ActionLoggerOptions {
  readonly write: (text: string) => void
  /** Becomes an annotation. */
  readonly warn: (text: string) => void
  readonly verbose: boolean
  /** Monotonic clock in milliseconds. */
  readonly now: () => number
  /** Shows that work which reports nothing is still running. */
  readonly every?: Every
}

/** Plain lines for decisions; long work has a line at its start and its end, and one now and then. */
export function createActionLogger({ write, warn, verbose, now, every }: ActionLoggerOptions): Logger {
  const line = (text: string): void => write(`${plainLine(text)}\n`)
  const task = (title: string): Task => {
    const startedMs = now()
    const end = (mark: string, note: string | undefined): void => {
      progress.end()
      const what = note === undefined || note === '' ? title : `${title}: ${note}`
      line(`${mark} ${what} (${((now() - startedMs) / 1000).toFixed(1)} s)`)
    }
    line(`${title} ...`)
    const progress = plainProgress({ title, line, now, every })
    return {
      update: progress.update,
      done: (note) => end('ok', note),
      fail: (note) => end('failed', note),
      stop: (note) => end('stopped', note),
    }
  }
  return { info: line, detail: (text) => void (verbose && line(text)), warn, task }
}
