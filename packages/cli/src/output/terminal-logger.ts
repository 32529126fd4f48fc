import { styleText } from 'node:util'
import type { Writable } from 'node:stream'
import { plainProgress, type Every } from '@kernelkit/host/progress'
import type { Logger, Task } from '@kernelkit/host'

export interface TerminalLoggerOptions {
  readonly stream: Writable & { readonly isTTY?: boolean }
  /** Text of others as it may be printed here. */
  readonly shown: (text: string) => string
  readonly color: boolean
  readonly quiet: boolean
  readonly verbose: boolean
  /** Monotonic clock in milliseconds. */
  readonly now: () => number
  /** Shows what is being done; absent where there is no terminal. */
  readonly spinner?: Spinner
  /** Shows, where there is no terminal, that work which reports nothing is still running. */
  readonly every?: Every
}

/** What is used of yocto-spinner: it clears itself around each write to the stream. */
export interface Spinner {
  text: string
  start(): unknown
  stop(): unknown
}

/** Lines for decisions; for long work a spinner on a terminal, a line at its start and end elsewhere. */
export function createTerminalLogger(options: TerminalLoggerOptions): Logger {
  const style = (format: 'dim' | 'yellow' | 'red' | 'green', text: string) =>
    options.color ? styleText(format, text, { validateStream: false }) : text
  const line = (text: string) => options.stream.write(`${text}\n`)
  const running: { readonly title: string; status: string }[] = []
  const showLast = () => {
    const last = running.at(-1)
    if (options.spinner === undefined) return
    if (last === undefined) options.spinner.stop()
    else {
      options.spinner.text = last.status === '' ? last.title : `${last.title}: ${last.status}`
      options.spinner.start()
    }
  }
  const task = (named: string): Task => {
    const title = options.shown(named)
    const entry = { title, status: '' }
    const startedAt = options.now()
    let ended = false
    const end = (mark: string, format: 'green' | 'red' | 'dim', note: string | undefined) => {
      if (ended) return
      ended = true
      plain?.end()
      running.splice(running.indexOf(entry), 1)
      showLast()
      const seconds = ((options.now() - startedAt) / 1000).toFixed(1)
      const text = `${title}${note === undefined || note === '' ? '' : `: ${options.shown(note)}`} ${style('dim', `(${seconds} s)`)}`
      line(`${style(format, mark)} ${text}`)
    }
    running.push(entry)
    if (options.spinner === undefined) line(`${title} ...`)
    const plain =
      options.spinner === undefined
        ? plainProgress({ title, line, now: options.now, every: options.every, isVerbose: options.verbose })
        : undefined
    showLast()
    return {
      update(text) {
        const status = options.shown(text)
        entry.status = status
        showLast()
        if (!ended) plain?.update(status)
      },
      done: (note) => end('ok', 'green', note),
      fail: (note) => end('failed', 'red', note),
      stop: (note) => end('stopped', 'dim', note),
    }
  }
  return {
    info: (text) => void (options.quiet || line(options.shown(text))),
    detail: (text) => void (options.verbose && !options.quiet && line(style('dim', options.shown(text)))),
    warn: (text) => void line(`${style('yellow', 'warning:')} ${options.shown(text)}`),
    task: options.quiet ? () => ({ update() {}, done() {}, fail() {}, stop() {} }) : task,
  }
}
