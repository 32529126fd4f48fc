import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'

/** Signals of a cancelled job in their order. */
export type CancelSignal = 'SIGINT' | 'SIGTERM' | 'SIGKILL'

export interface ProcessOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Cancels the process as the runner does. */
  readonly signal?: AbortSignal
  readonly onLine?: (line: string) => unknown
}

export interface ProcessResult {
  readonly exitCode: number | null
  /** Signal that ended it. */
  readonly endedBy: NodeJS.Signals | null
  /** The last signal that cancelling it took. */
  readonly cancelledBy?: CancelSignal
  /** Lines of both streams in the order they came. */
  readonly lines: readonly string[]
  /** Something that outlives the process holds its output open: a runner waits for it. */
  readonly leftOutputOpen: boolean
  /** By performance.now(). */
  readonly startedAt: number
  readonly seconds: number
}

// How long the runner waits after SIGINT and after SIGTERM.
const afterInterruptMs = 7500
const afterTerminateMs = 2500
const openOutputMs = 5000

/** Run a step's process to its end, its output split into lines. */
export async function runProcess(argv: readonly string[], options: ProcessOptions): Promise<ProcessResult> {
  const [program = '', ...args] = argv
  const startedAt = performance.now()
  // A group of its own, so that the last resort reaches its children too.
  const child = spawn(program, args, { cwd: options.cwd, env: options.env, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  const { pid } = child
  // Nor may it outlive a test run that ends early.
  const killGroup = () => pid !== undefined && process.kill(-pid, 'SIGKILL')
  process.once('exit', killGroup)
  const lines: string[] = []
  const take = (line: string) => {
    lines.push(line)
    options.onLine?.(line)
  }
  const streams = Promise.all([splitLines(child.stdout, take), splitLines(child.stderr, take)])
  const exit = new Promise<Pick<ProcessResult, 'exitCode' | 'endedBy'>>((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (exitCode, endedBy) => resolve({ exitCode, endedBy }))
  })

  let cancelledBy: CancelSignal | undefined
  let timer: NodeJS.Timeout | undefined
  function cancel(): void {
    cancelledBy = 'SIGINT'
    child.kill('SIGINT')
    timer = setTimeout(() => {
      cancelledBy = 'SIGTERM'
      child.kill('SIGTERM')
      timer = setTimeout(() => {
        cancelledBy = 'SIGKILL'
        killGroup()
      }, afterTerminateMs)
    }, afterInterruptMs)
  }
  if (options.signal?.aborted === true) cancel()
  else options.signal?.addEventListener('abort', cancel, { once: true })

  const ended = await exit.finally(() => process.off('exit', killGroup))
  clearTimeout(timer)
  options.signal?.removeEventListener('abort', cancel)
  const seconds = (performance.now() - startedAt) / 1000
  const leftOutputOpen = await endsLate(streams)
  child.stdout.destroy()
  child.stderr.destroy()
  return { ...ended, ...(cancelledBy === undefined ? {} : { cancelledBy }), lines, leftOutputOpen, startedAt, seconds }
}

async function endsLate(streams: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(true), openOutputMs)
  })
  try {
    return await Promise.race([streams.then(() => false), late])
  } finally {
    clearTimeout(timer)
  }
}

async function splitLines(stream: Readable, take: (line: string) => void): Promise<void> {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const parts = (rest + text).split(/\r?\n/)
    rest = parts.pop() ?? ''
    for (const part of parts) take(part)
  })
  await new Promise((resolve) => stream.once('close', resolve))
  if (rest !== '') take(rest)
}
