import { Duplex, type Readable, type Writable } from 'node:stream'
import type { Host } from '@kernelkit/host'

/** The kernel's console: every byte into a file from the first on, whole lines as events and with times in a second file, and a live copy for a terminal. */
export interface ConsoleCapture {
  readonly live: Duplex
  /** The files are complete. */
  readonly finished: Promise<void>
}

// What comes before a viewer attaches is kept up to this size; the file has everything.
const heldForViewer = 1024 * 1024
// A line without an end (a progress bar, a binary blob) is reported in pieces of this size.
const longestLine = 64 * 1024

// What a slow disk has not taken yet: what the pipe does not hold is lost, what our memory holds is not.
const mostWaiting = 64 * 1024 * 1024

// About a line of the boot log.
const collectMs = 10

export function captureConsole(options: {
  readonly output: Readable
  readonly input: Writable
  readonly path: string
  readonly timedPath: string
  readonly host: Host
  /** Since the start of the VM. */
  readonly atMs: () => number
  readonly onLine: (line: string) => void
  /** Called once when one of the files cannot be written any more. */
  readonly onFailed: (error: Error) => void
}): ConsoleCapture {
  const { output, host } = options
  const file = host.fs.createWriteStream(options.path, { mode: 0o600 })
  const live = liveCopy(options.input)
  const timed = timedLines(options)
  const finished = Promise.withResolvers<void>()
  let text = ''
  let pending: Buffer[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (pending.length === 0) return
    const whole = Buffer.concat(pending)
    pending = []
    timed.flush()
    if (file.write(whole) || file.writableLength < mostWaiting) return
    output.pause()
    file.once('drain', () => output.resume())
  }
  file.on('error', (error) => {
    options.onFailed(error)
    finished.resolve()
  })
  file.on('close', () => void timed.finished.then(() => finished.resolve()))
  const takeLine = (line: string) => {
    timed.take(line)
    options.onLine(line)
  }
  output.on('data', (chunk: Buffer) => {
    pending.push(chunk)
    // A serial port comes byte by byte, and one write each would cost more than the guest's boot.
    timer ??= setTimeout(flush, collectMs)
    live.take(chunk)
    text += chunk.toString('latin1')
    const lines = text.split('\n')
    text = lines.pop() ?? ''
    if (text.length > longestLine) {
      lines.push(text)
      text = ''
    }
    for (const line of lines) takeLine(cleanLine(line))
  })
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    if (text !== '') takeLine(cleanLine(text))
    live.end()
    flush()
    file.end()
    timed.end()
  }
  output.on('end', close)
  output.on('close', close)
  output.on('error', close)
  return { live: live.stream, finished: finished.promise }
}

/** A stream that mirrors what comes and passes on what is typed; with no reader it keeps a little and drops the rest. */
export function liveCopy(channel: Writable): { readonly stream: Duplex; take(chunk: Buffer): void; end(): void } {
  const stream = new Duplex({
    read() {},
    write(chunk, _encoding, done) {
      if (channel.destroyed) done()
      else channel.write(chunk, () => done())
    },
  })
  stream.on('error', () => {})
  return {
    stream,
    take(chunk) {
      if (!stream.destroyed && (stream.readableFlowing === true || stream.readableLength < heldForViewer)) stream.push(chunk)
    },
    end() {
      if (!stream.destroyed) stream.push(null)
    },
  }
}

function cleanLine(line: string): string {
  // The console is UTF-8 where it is not ASCII; latin1 kept the bytes whole across chunks.
  return Buffer.from(line.replace(/\r+$/, ''), 'latin1').toString('utf8')
}

/** Lines with the time at which the host had read them: by the clock, and in seconds since the start of the VM. */
function timedLines({
  host,
  timedPath,
  atMs,
  onFailed,
}: Pick<Parameters<typeof captureConsole>[0], 'host' | 'timedPath' | 'atMs' | 'onFailed'>) {
  const file = host.fs.createWriteStream(timedPath, { mode: 0o600 })
  const finished = Promise.withResolvers<void>()
  let text = ''
  file.on('error', (error) => {
    onFailed(error)
    finished.resolve()
  })
  file.on('close', () => finished.resolve())
  const flush = () => {
    if (text !== '') file.write(text)
    text = ''
  }
  return {
    finished: finished.promise,
    take(line: string) {
      text += `${new Date(host.now()).toISOString()} ${(atMs() / 1000).toFixed(3).padStart(8)} ${line}\n`
    },
    flush,
    end() {
      flush()
      file.end()
    },
  }
}
