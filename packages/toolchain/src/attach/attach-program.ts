import type { Duplex, Readable, Writable } from 'node:stream'
import type Docker from 'dockerode'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import { answerWithin } from '../container/answer-within.ts'
import { runtimeComplaint } from '../container/program-words.ts'
import { readFrames, type Frame } from '../container/read-frames.ts'
import { writeChunk } from '../container/write-chunk.ts'
import type { ToolContainer } from '../container/tool-container.ts'
import type { Engine } from '../engine/engine.ts'

/** The caller's terminal, already in raw mode. */
export interface AttachTerminal {
  size(): { readonly columns: number; readonly rows: number }
  onResize(listener: (columns: number, rows: number) => void): void
}

export interface AttachOptions {
  /** Absolute, inside. */
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Given to the program to its end; absent: none. */
  readonly stdin?: Readable | undefined
  readonly stdout: Writable
  /** With a terminal everything goes to stdout. */
  readonly stderr: Writable
  readonly terminal?: AttachTerminal | undefined
  readonly signal?: AbortSignal | undefined
}

// The engine reports the exit status a moment after the end of the output.
const statusPollMs = 20
const statusLooks = 500

/**
 * Run a program of a container with the caller's own streams, as they come, until it ends; resolves with its exit status.
 * An aborted signal ends the container (that is its owner's, {@link ContainerOptions.signal}); the call then rejects with the reason.
 */
export async function attachProgram(
  { engine, host, container }: { readonly engine: Engine; readonly host: Host; readonly container: ToolContainer },
  argv: readonly string[],
  options: AttachOptions,
): Promise<number> {
  const { stdin, terminal, signal } = options
  signal?.throwIfAborted()
  const exec = await answerWithin(
    host,
    `take the program ${argv[0]}`,
    engine.docker.getContainer(container.id).exec(requestOf(argv, options)),
  )
  const stream = await answerWithin(
    host,
    `start ${argv[0]}`,
    exec.start({ hijack: true, stdin: stdin !== undefined, Tty: terminal !== undefined }),
  )
  const abort = (): void => void stream.destroy()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    // The container's end may close the connection with an error; the exit status below is what counts.
    stream.on('error', () => {})
    stdin?.pipe(stream)
    await followSize(exec, terminal)
    const held = await passOutput(stream, options)
    signal?.throwIfAborted()
    const exitCode = await exitStatusOf(host, exec, argv)
    if (held === undefined) return exitCode
    const complaint = exitCode === 126 || exitCode === 127 ? runtimeComplaint(held.toString('utf8')) : undefined
    await writeChunk(
      complaint === undefined ? options.stdout : options.stderr,
      complaint === undefined ? held : Buffer.from(`${complaint}\n`),
    )
    return complaint === undefined ? exitCode : 127
  } catch (error) {
    signal?.throwIfAborted()
    throw error
  } finally {
    signal?.removeEventListener('abort', abort)
    stdin?.unpipe(stream)
    stdin?.pause()
    stream.destroy()
  }
}

function requestOf(argv: readonly string[], { cwd, env, stdin, terminal }: AttachOptions): Docker.ExecCreateOptions {
  return {
    Cmd: [...argv],
    Env: Object.entries(env).map(([name, value]) => `${name}=${value}`),
    WorkingDir: cwd,
    AttachStdin: stdin !== undefined,
    AttachStdout: true,
    AttachStderr: true,
    Tty: terminal !== undefined,
  }
}

/** The program's terminal is as large as the caller's, now and later. */
async function followSize(exec: Docker.Exec, terminal: AttachTerminal | undefined): Promise<void> {
  if (terminal === undefined) return
  const resize = async (columns: number, rows: number): Promise<void> => {
    // A program that has ended has no terminal any more.
    await exec.resize({ w: columns, h: rows }).catch(() => undefined)
  }
  terminal.onResize((columns, rows) => void resize(columns, rows))
  const { columns, rows } = terminal.size()
  await resize(columns, rows)
}

/** The runtime's message about a program that it cannot start comes as output of that program: it is held back and returned. */
async function passOutput(stream: Duplex, { stdout, stderr, terminal }: AttachOptions): Promise<Buffer | undefined> {
  const frames = terminal === undefined ? readFrames(stream) : oneStream(stream)
  const held: Uint8Array[] = []
  let isFirst = true
  for await (const frame of frames) {
    if (held.length > 0 || (isFirst && Buffer.from(frame.data).subarray(0, runtimeWords.length).equals(runtimeWords))) held.push(frame.data)
    else await writeChunk(frame.stream === 'stdout' ? stdout : stderr, frame.data)
    isFirst = false
  }
  return held.length === 0 ? undefined : Buffer.concat(held)
}

const runtimeWords = Buffer.from('OCI runtime ')

async function* oneStream(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Frame> {
  for await (const data of stream) yield { stream: 'stdout', data }
}

async function exitStatusOf(host: Host, exec: Docker.Exec, argv: readonly string[]): Promise<number> {
  for (let look = 0; look < statusLooks; look++) {
    const { Running, ExitCode } = await answerWithin(host, 'report the exit status', exec.inspect())
    if (!Running && ExitCode !== null) return ExitCode
    await host.sleep(statusPollMs)
  }
  throw new UserError('CONTAINER_LOST', `the engine does not report the exit status of \`${argv[0]}\`.`, {
    hint: 'Look at the log of the engine, then run it again.',
  })
}
