import type { Readable, Writable } from 'node:stream'

export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

export interface RawTerminal {
  size(): TerminalSize
  onResize(listener: (columns: number, rows: number) => void): void
  /** Back to the mode that it had; may be called twice. */
  restore(): void
}

interface Streams {
  readonly stdin: Readable
  readonly stdout: Writable
}

/** Every key goes to the guest, Ctrl-C too, until `restore`. */
export function rawTerminal({ stdin, stdout }: Streams): RawTerminal {
  const input: unknown = stdin
  setRaw(input, true)
  const size = () => terminalSize(stdout)
  const listeners: (() => void)[] = []
  return {
    size,
    onResize(listener) {
      const onResize = () => listener(size().columns, size().rows)
      stdout.on('resize', onResize)
      listeners.push(onResize)
    },
    restore() {
      setRaw(input, false)
      for (const listener of listeners.splice(0)) stdout.off('resize', listener)
      stdin.pause()
    },
  }
}

/** That of a VT100 for a stream that is not a terminal. */
export function terminalSize(stream: unknown): TerminalSize {
  return hasSize(stream) ? { columns: stream.columns, rows: stream.rows } : { columns: 80, rows: 24 }
}

function setRaw(stream: unknown, raw: boolean): void {
  if (typeof stream === 'object' && stream !== null && 'setRawMode' in stream && typeof stream.setRawMode === 'function')
    stream.setRawMode(raw)
}

function hasSize(stream: unknown): stream is TerminalSize {
  return (
    typeof stream === 'object' &&
    stream !== null &&
    'columns' in stream &&
    typeof stream.columns === 'number' &&
    'rows' in stream &&
    typeof stream.rows === 'number'
  )
}
