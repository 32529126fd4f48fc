import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { UserError } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/shell'
import type { RunOptions, RunResult } from '../host.ts'
import { findProgram } from './find-program.ts'
import { commandNotFound, explainSystemError, lastLines } from './system-error.ts'

/** One program to its end, with lines as they come; the failure carries command, status and last output lines. */
export async function runProgram(
  argv: readonly string[],
  options: RunOptions & { readonly baseEnv: Readonly<Record<string, string | undefined>> },
): Promise<RunResult> {
  const [program, ...rest] = argv
  if (program === undefined) throw new TypeError('empty command')
  // A tenth of a second to load: commands that run no program need not wait for it.
  const { execa } = await import('execa')
  const env = { ...options.baseEnv, ...options.env }
  // sbin programs are found for users whose PATH lacks these directories.
  env['PATH'] = `${env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`
  const prefix = options.endsWithParent === true ? await parentDeathPrefix(program, env['PATH']) : []
  const [file = program, ...args] = [...prefix, program, ...rest]
  // A descriptor of the program's own: a root file system need not pass through this process.
  await using output = options.outputTo === undefined ? undefined : await openOutput(options.outputTo)
  const child = execa(file, args, {
    env,
    extendEnv: false,
    reject: false,
    stripFinalNewline: false,
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.input === undefined ? { stdin: 'ignore' } : { input: options.input }),
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
    ...(output === undefined ? {} : { stdout: output }),
    ...(options.ownGroup === true ? { detached: true } : {}),
    forceKillAfterDelay: 2000,
    maxBuffer: 256 * 2 ** 20,
  })
  const { signal } = options
  const group = options.ownGroup === true ? child.pid : undefined
  const endGroup = () => signalGroup(group, 'SIGTERM')
  signal?.addEventListener('abort', endGroup, { once: true })
  child.nodeChildProcess.once('exit', () => {
    signal?.removeEventListener('abort', endGroup)
    // What the program did not take with it.
    if (signal?.aborted === true) signalGroup(group, 'SIGKILL')
    // Grandchildren may hold the pipes open after an interrupted program is gone.
    if (options.signal?.aborted !== true) return
    child.nodeChildProcess.stdout?.destroy()
    child.nodeChildProcess.stderr?.destroy()
  })
  const { onLine } = options
  const streams = output === undefined ? (['stdout', 'stderr'] as const) : (['stderr'] as const)
  const readers = Promise.allSettled(onLine === undefined ? [] : streams.map((stream) => readLines(child, stream, onLine)))
  const result = await child
  const read = await readers
  options.signal?.throwIfAborted()
  const cause = result.cause as NodeJS.ErrnoException | undefined
  if (cause?.code === 'ENOENT') {
    throw commandNotFound(program, { cause, cwd: options.cwd, package: options.package })
  }
  if (cause !== undefined && result.exitCode === undefined && result.signal === undefined)
    throw explainSystemError(cause, options.cwd ?? program)
  for (const reader of read) if (reader.status === 'rejected' && !result.failed) throw reader.reason
  const answer: RunResult = {
    exitCode: result.exitCode ?? 128 + signalNumber(result.signal),
    signal: result.signal,
    stdout: typeof result.stdout === 'string' ? result.stdout : '',
    stderr: typeof result.stderr === 'string' ? result.stderr : '',
    seconds: result.durationMs / 1000,
  }
  if (answer.exitCode !== 0 && options.reject !== false) throw commandFailed(argv, answer, result.timedOut ? options.timeoutMs : undefined)
  return answer
}

/**
 * `make` and the bootstrap end their own children on SIGTERM. Without this, a build keeps running when we are
 * killed with SIGKILL, and the next run would collide with it. Not every setpriv can do it (busybox).
 */
async function parentDeathPrefix(program: string, path: string): Promise<readonly string[]> {
  const prefix = ['setpriv', '--pdeathsig', 'TERM', '--']
  // Without the program, the plain start gives the better error.
  if (findProgram(program, path) === undefined) return []
  const { execa } = await import('execa')
  canSetParentDeathSignal ??= execa('setpriv', [...prefix.slice(1), 'true'], { reject: false, stdio: 'ignore' }).then(
    (result) => result.exitCode === 0,
  )
  return (await canSetParentDeathSignal) ? prefix : []
}

let canSetParentDeathSignal: Promise<boolean> | undefined

/** Open already, so that the program gets the file itself. */
async function openOutput(path: string): Promise<WriteStream> {
  const stream = createWriteStream(path)
  await once(stream, 'open')
  return stream
}

function signalGroup(group: number | undefined, signal: NodeJS.Signals): void {
  if (group === undefined) return
  try {
    process.kill(-group, signal)
  } catch {
    // Gone already.
  }
}

async function readLines(
  child: AsyncIterableSource,
  stream: 'stdout' | 'stderr',
  onLine: NonNullable<RunOptions['onLine']>,
): Promise<void> {
  for await (const line of child.iterable({ from: stream })) onLine(String(line), stream)
}

interface AsyncIterableSource {
  iterable(options: { from: 'stdout' | 'stderr' }): AsyncIterable<unknown>
}

function signalNumber(signal: string | undefined): number {
  return { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGSEGV: 11, SIGPIPE: 13, SIGTERM: 15 }[signal ?? ''] ?? 0
}

function commandFailed(argv: readonly string[], result: RunResult, timeoutMs: number | undefined): UserError {
  const output = lastLines(`${result.stdout}${result.stderr}`)
  const ending =
    timeoutMs !== undefined
      ? `did not end within ${timeoutMs / 1000} s`
      : result.signal === undefined
        ? `exited with status ${result.exitCode}`
        : `was killed by ${result.signal}`
  return new UserError('COMMAND_FAILED', `\`${quoteArgv(argv)}\` ${ending}.${output === '' ? '' : `\n${output}`}`, {
    details: { argv, exitCode: result.exitCode, signal: result.signal ?? null, output },
  })
}
