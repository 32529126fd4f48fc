import { Duplex, type Readable, type Writable } from 'node:stream'
import type { Host } from '@kernelkit/host'

/** The kernel's console: every byte into a file from the first on, whole lines as events and with times in a second file, and a live copy for a terminal. */
export interface ConsoleCapture {
  readonly live: Duplex
  /** The last of what was printed, as text. */
  recent(): string
  /** Adds lines that the guest did not print on its console. */
  add(lines: readonly string[]): void
  /** What QEMU has printed until now is in the log. */
  written(): Promise<void>
  /** The files are complete. */
  readonly finished: Promise<void>
}

// What comes before a viewer attaches is kept up to this size; the file has everything.
const heldForViewer = 1024 * 1024
// A line without an end (a progress bar, a binary blob) is reported in pieces of this size.
const longestLine = 64 * 1024

const mostParts = 1024

// What a slow disk has not taken yet: what the pipe does not hold is lost, what our memory holds is not.
const mostWaiting = 64 * 1024 * 1024

// More than most kernels keep of their log (CONFIG_LOG_BUF_SHIFT).
const mostRecent = 4 * 1024 * 1024

// About a line of the boot log.
const collectMs = 10

export function captureConsole(options: {
  readonly output: Readable
  readonly input: Writable
  readonly path: string
  readonly timedPath: string
  /** Of each of the two files; what is longer is read and judged, but not kept. */
  readonly mostBytes: number
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
  const cut = lineCutter((line) => {
    timed.take(line)
    options.onLine(line)
  })
  const log = boundedLog(options.mostBytes)
  const recent = lastBytes(mostRecent)
  let pending: Buffer[] = []
  let timer: NodeJS.Timeout | undefined
  const flush = () => {
    clearTimeout(timer)
    timer = undefined
    if (pending.length === 0) return
    const whole = Buffer.concat(pending)
    pending = []
    recent.take(whole)
    timed.flush()
    const kept = log.take(whole)
    if (kept.length === 0 || file.write(kept) || file.writableLength < mostWaiting) return
    output.pause()
    file.once('drain', () => output.resume())
  }
  file.on('error', (error) => {
    options.onFailed(error)
    finished.resolve()
  })
  file.on('close', () => void timed.finished.then(() => finished.resolve()))
  const take = (chunk: Buffer) => {
    pending.push(chunk)
    // A serial port comes byte by byte, and one write each would cost more than the guest's boot.
    timer ??= setTimeout(flush, collectMs)
    live.take(chunk)
    cut.take(chunk)
  }
  output.on('data', take)
  let closed = false
  const close = () => {
    if (closed) return
    closed = true
    cut.end()
    live.end()
    flush()
    file.end()
    timed.end()
  }
  output.on('end', close)
  output.on('close', close)
  output.on('error', close)
  const written = async () => {
    // What is in the pipe is read before the loop comes here again.
    for (let turn = 0; turn < 2; turn += 1) await new Promise((resolve) => setImmediate(resolve))
    flush()
    if (!closed) await new Promise((resolve) => file.write('', resolve))
  }
  const add = (lines: readonly string[]) => {
    if (!closed) take(Buffer.from(`${cut.isWithin() ? '\n' : ''}${lines.join('\n')}\n`))
  }
  const read = () => {
    flush()
    return recent.text()
  }
  return { live: live.stream, recent: read, add, written, finished: finished.promise }
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

const [lineFeed, carriageReturn] = [0x0a, 0x0d]

/** Whole lines without their ends, each byte looked at once: a console comes byte by byte, and its lines may be long. */
export function lineCutter(onLine: (line: string) => void): { take(chunk: Buffer): void; isWithin(): boolean; end(): void } {
  let parts: Buffer[] = []
  let length = 0
  const flush = () => {
    const whole = Buffer.concat(parts)
    parts = []
    length = 0
    let to = whole.length
    while (to > 0 && whole[to - 1] === carriageReturn) to -= 1
    onLine(whole.toString('utf8', 0, to))
  }
  const keep = (part: Buffer) => {
    for (let from = 0; from < part.length;) {
      const room = longestLine - length
      // A copy: the chunk may be a part of a large buffer.
      const piece = Buffer.from(part.subarray(from, from + room))
      parts.push(piece)
      length += piece.length
      from += piece.length
      // Many small pieces take more memory than their bytes.
      if (parts.length >= mostParts) parts = [Buffer.concat(parts)]
      if (length >= longestLine) flush()
    }
  }
  return {
    take: (chunk) => {
      let from = 0
      for (let to = chunk.indexOf(lineFeed); to >= 0; to = chunk.indexOf(lineFeed, from)) {
        keep(chunk.subarray(from, to))
        flush()
        from = to + 1
      }
      keep(chunk.subarray(from))
    },
    isWithin: () => length > 0,
    end: () => {
      if (length > 0) flush()
    },
  }
}

/** The last bytes of what comes, at least `mostBytes` of them. */
function lastBytes(mostBytes: number) {
  let parts: Buffer[] = []
  let length = 0
  return {
    take: (part: Buffer) => {
      parts.push(part)
      length += part.length
      while (length - (parts[0]?.length ?? 0) > mostBytes) length -= parts.shift()?.length ?? 0
    },
    text: () => {
      parts = [Buffer.concat(parts)]
      return parts[0]?.toString() ?? ''
    },
  }
}

/** What of a log is kept: its first bytes, and a line that says so where it is longer. */
export function boundedLog(mostBytes: number): { take(bytes: Buffer): Buffer } {
  let room = mostBytes
  let isFull = false
  return {
    take: (bytes) => {
      if (isFull) return Buffer.alloc(0)
      if (bytes.length <= room) {
        room -= bytes.length
        return bytes
      }
      isFull = true
      return Buffer.concat([bytes.subarray(0, room), Buffer.from(`\n${cutNotice(mostBytes)}\n`)])
    },
  }
}

/** The last line of a log that was cut. */
export function cutNotice(mostBytes: number): string {
  return `kernelkit: this log is longer than ${mostBytes} bytes: the rest is not kept.`
}

/** Lines with the time at which the host had read them: by the clock, and in seconds since the start of the VM. */
function timedLines({
  host,
  timedPath,
  mostBytes,
  atMs,
  onFailed,
}: Pick<Parameters<typeof captureConsole>[0], 'host' | 'timedPath' | 'mostBytes' | 'atMs' | 'onFailed'>) {
  const file = host.fs.createWriteStream(timedPath, { mode: 0o600 })
  const finished = Promise.withResolvers<void>()
  const log = boundedLog(mostBytes)
  let text = ''
  file.on('error', (error) => {
    onFailed(error)
    finished.resolve()
  })
  file.on('close', () => finished.resolve())
  const flush = () => {
    const kept = text === '' ? undefined : log.take(Buffer.from(text))
    if (kept !== undefined && kept.length > 0) file.write(kept)
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
