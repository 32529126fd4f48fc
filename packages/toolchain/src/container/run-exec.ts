import type { Duplex } from 'node:stream'
import type Docker from 'dockerode'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import type { ExecOptions, ExecResult } from './tool-container.ts'
import { answerWithin } from './answer-within.ts'
import { collectLines } from './collect-lines.ts'
import { engineWords } from './engine-failure.ts'
import { renderProgram, runtimeComplaint, timedOutStatuses } from './program-words.ts'
import { readFrames } from './read-frames.ts'
import { writeChunk } from './write-chunk.ts'

/** A container that programs run in. */
export interface RunningContainer {
  readonly host: Host
  readonly docker: Docker.Container
  /** `NAME=value` of every program in it. */
  readonly env: readonly string[]
  /** For messages: `container for build`. */
  readonly title: string
  /** True once it has ended, or is being ended. */
  hasEnded(): boolean
  /** Kill and remove it; resolves when it is gone. */
  end(): Promise<void>
}

/** What a program reads: all of it, or pieces as they are read. */
export type ProgramInput = string | Uint8Array | AsyncIterable<Uint8Array>

export interface StreamedExecOptions extends Omit<ExecOptions, 'input'> {
  readonly input?: ProgramInput | undefined
}

/** The engine reports the exit status a moment after the end of the output. */
const statusPollMs = 20
const statusLooks = 500
const dyingLooks = 25

/**
 * Run a program to its end. An engine cannot cancel a program: an aborted signal ends the whole container, and the
 * call rejects with the signal's reason when nothing is left.
 */
export async function runExec(
  container: RunningContainer,
  argv: readonly string[],
  options: StreamedExecOptions,
): Promise<Omit<ExecResult, 'outOfMemory'>> {
  const { host } = container
  const { signal } = options
  signal?.throwIfAborted()
  const startedMs = host.monotonicMs()
  const abort = (): void => void container.end()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    const { exitCode, stdout, stderr } = await runProgram(container, argv, options)
    if (signal?.aborted === true) throw signal.reason
    // Killed by itself, or with everything around it?
    if (exitCode === killed && !(await staysUp(container))) throw containerLost(container, argv, undefined)
    const seconds = (host.monotonicMs() - startedMs) / 1000
    return {
      exitCode,
      stdout,
      stderr,
      timedOut: options.timeoutMs !== undefined && timedOutStatuses.includes(exitCode) && seconds * 1000 >= options.timeoutMs,
      seconds,
    }
  } catch (error) {
    if (signal?.aborted === true) {
      await container.end()
      signal.throwIfAborted()
    }
    if (error instanceof UserError || (await isRunning(container))) throw error
    throw containerLost(container, argv, error)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** 128 + SIGKILL. */
const killed = 137

/** The engine notices the end of a program before the end of the container, which was its cause. */
async function staysUp(container: RunningContainer): Promise<boolean> {
  for (let look = 0; look < dyingLooks; look++) {
    if (!(await isRunning(container))) return false
    await container.host.sleep(statusPollMs)
  }
  return true
}

async function isRunning({ host, docker, hasEnded }: RunningContainer): Promise<boolean> {
  if (hasEnded()) return false
  try {
    return (await answerWithin(host, 'describe the container', docker.inspect())).State.Running
  } catch {
    return false
  }
}

type Ending = Pick<ExecResult, 'exitCode' | 'stdout' | 'stderr'>

async function runProgram(container: RunningContainer, argv: readonly string[], options: StreamedExecOptions): Promise<Ending> {
  const { host } = container
  if (container.hasEnded()) throw containerLost(container, argv, undefined)
  const { input } = options
  const request = renderProgram(argv, { ...options, input: input !== undefined }, container.env)
  const exec = await answerWithin(host, `take the program ${argv[0]}`, container.docker.exec(request))
  // Without `hijack` the connection cannot carry input.
  const stream = await answerWithin(host, `start ${argv[0]}`, exec.start({ hijack: true, stdin: input !== undefined }))
  const collected = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  const { onLine } = options
  const lines =
    onLine === undefined
      ? undefined
      : {
          stdout: collectLines((line) => onLine(line, 'stdout')),
          stderr: collectLines((line) => onLine(line, 'stderr')),
        }
  const writing = input === undefined ? undefined : writeInput(stream, input)
  // Awaited below; a program may end without reading.
  writing?.catch(() => {})
  try {
    for await (const frame of readFrames(stream)) {
      lines?.[frame.stream].push(frame.data)
      if (frame.stream === 'stdout' && options.onStdout !== undefined) await options.onStdout(frame.data)
      else collected[frame.stream].push(frame.data)
    }
  } finally {
    stream.destroy()
  }
  lines?.stdout.end()
  lines?.stderr.end()
  const exitCode = await exitCodeOf(container, exec)
  const stdout = textOf(collected.stdout)
  const complaint = exitCode === 126 || exitCode === 127 ? runtimeComplaint(stdout) : undefined
  if (complaint !== undefined) return { exitCode: 127, stdout: '', stderr: `${complaint}\n` }
  // A source that failed (a file that cannot be read) is not what the program was meant to get.
  if (exitCode === 0) await writing
  return { exitCode, stdout, stderr: textOf(collected.stderr) }
}

/** With its own pace: what the program does not read yet is not read from the source. Ends the program's input. */
async function writeInput(stream: Duplex, input: ProgramInput): Promise<void> {
  // The program may end first; its exit status says why.
  stream.on('error', () => {})
  if (typeof input === 'string' || input instanceof Uint8Array) return void stream.end(input)
  for await (const chunk of input) {
    if (stream.destroyed) return
    await writeChunk(stream, chunk)
  }
  stream.end()
}

async function exitCodeOf({ host }: RunningContainer, exec: Docker.Exec): Promise<number> {
  for (let look = 0; look < statusLooks; look++) {
    const { Running, ExitCode } = await answerWithin(host, 'report the exit status', exec.inspect())
    if (!Running && ExitCode !== null) return ExitCode
    await host.sleep(statusPollMs)
  }
  throw new Error('the engine does not report the exit status')
}

function textOf(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString('utf8')
}

function containerLost({ title }: RunningContainer, argv: readonly string[], cause: unknown): UserError {
  const words = cause === undefined ? '' : ` (${engineWords(cause)})`
  return new UserError('CONTAINER_LOST', `the ${title} ended while \`${argv[0]}\` ran in it${words}.`, {
    hint: 'See `docker events` and the log of the engine (the container was killed, or the engine stopped), then run the command again.',
    ...(cause === undefined ? {} : { cause }),
  })
}
