import { join } from 'node:path'
import { Writable, type Readable } from 'node:stream'
import { finished } from 'node:stream/promises'
import type { Host } from '@kernelkit/host'
import { boundedLog, type RunStreams } from '@kernelkit/vm/internal'
import type { CommandContext } from '../command.ts'
import { rawTerminal, terminalSize, type RawTerminal } from './raw-terminal.ts'

/** Where a command's streams come from and go to: this process's own, a terminal in raw mode, or files with --json. */
export async function openStreams(options: {
  readonly context: CommandContext
  readonly directory: string
  readonly tty: boolean
  readonly stdin: boolean
  readonly logLimitBytes: number
}): Promise<RunStreams> {
  const { context, directory } = options
  if (options.tty) return terminalStreams(context)
  const stdin = options.stdin ? context.stdin : undefined
  if (!context.json) {
    return { stdin, stdout: context.stdout, stderr: context.stderr }
  }
  return fileStreams(context.host, { directory, stdin, mostBytes: options.logLimitBytes })
}

/** Both streams in files of a directory; of each no more than its first bytes. */
export function fileStreams(
  host: Pick<Host, 'fs'>,
  { directory, stdin, mostBytes }: { readonly directory: string; readonly stdin: Readable | undefined; readonly mostBytes: number },
): RunStreams {
  const [stdoutPath, stderrPath] = [join(directory, 'stdout'), join(directory, 'stderr')]
  const [stdout, stderr] = [stdoutPath, stderrPath].map((path) => boundedFile(host.fs.createWriteStream(path), mostBytes))
  if (stdout === undefined || stderr === undefined) throw new TypeError('two streams')
  // What cannot be written ends the command; closing says why.
  for (const stream of [stdout, stderr]) stream.on('error', () => {})
  return {
    stdin,
    stdout,
    stderr,
    stdoutPath,
    stderrPath,
    close: async () => {
      await Promise.all([stdout, stderr].map((stream) => finished(stream.end(), { readable: false })))
    },
  }
}

/** What of a guest's output is kept: it may print without end. */
function boundedFile(file: Writable, mostBytes: number): Writable {
  const log = boundedLog(mostBytes)
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const kept = log.take(chunk)
      if (kept.length === 0) done()
      else file.write(kept, done)
    },
    final: (done) => void file.end(done),
  })
  file.on('error', (error) => void stream.destroy(error))
  return stream
}

/** Keys go to the guest once its command runs: until then Ctrl-C stops the boot. */
function terminalStreams(context: CommandContext): RunStreams {
  let terminal: RawTerminal | undefined
  return {
    stdin: context.stdin,
    stdout: context.stdout,
    stderr: context.stderr,
    tty: { ...terminalSize(context.stdout), term: context.host.env['TERM'] ?? 'linux' },
    onResizable: (resize) => {
      terminal = rawTerminal(context)
      terminal.onResize(resize)
    },
    close: async () => terminal?.restore(),
  }
}
