import { printable } from '@kernelkit/core/text'
import type { Host } from '@kernelkit/host'

export interface DebuggerOptions {
  readonly limitMs: number
  readonly signal: AbortSignal
  /** Called with each line that it prints. */
  readonly onLine?: (line: string) => void
}

/** How a debugger with a script ended. */
export interface DebuggerEnd {
  /** What it printed, escaped: a guest's memory is in it. */
  readonly output: string
  /** `undefined` when it was stopped, at its limit too. */
  readonly exitCode: number | undefined
  readonly timedOut: boolean
}

// A listing of all tasks has some hundred kilobytes; a script that never ends prints for as long as it may.
const mostOutput = 4 * 2 ** 20

/** Runs a debugger without input to its end, its limit or the signal; it and what it started is gone then. */
export async function runDebugger(
  host: Pick<Host, 'run' | 'sleep'>,
  argv: readonly string[],
  { limitMs, signal, onLine }: DebuggerOptions,
): Promise<DebuggerEnd> {
  const limited = new AbortController()
  const over = new AbortController()
  const stop = AbortSignal.any([signal, limited.signal])
  let output = ''
  const take = (line: string): void => {
    if (output.length < mostOutput) output += `${printable(line)}\n`
    onLine?.(line)
  }
  host.sleep(limitMs, over.signal).then(
    () => limited.abort(),
    () => {},
  )
  try {
    const { exitCode } = await host.run(argv, { signal: stop, endsWithParent: true, ownGroup: true, reject: false, onLine: take })
    return { output, exitCode, timedOut: false }
  } catch (error) {
    if (!stop.aborted) throw error
    return { output, exitCode: undefined, timedOut: limited.signal.aborted }
  } finally {
    over.abort()
  }
}
