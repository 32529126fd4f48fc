/** Bytes that a program wrote to its terminal at one moment. */
export interface Chunk {
  /** Since the recording began. */
  readonly seconds: number
  readonly text: string
}

export interface Style {
  readonly bold: boolean
  readonly dim: boolean
  /** 0 to 7, as in SGR 30 to 37; bright colours count as their plain ones. */
  readonly colour: number | undefined
}

export interface Span extends Style {
  readonly text: string
}

export interface ScreenLine {
  readonly spans: readonly Span[]
  /** When the line got its last character. */
  readonly seconds: number
}

interface Cell extends Style {
  readonly character: string
}

interface Row {
  readonly cells: Cell[]
  seconds: number
}

const escape = '\u001B'
/** A control sequence, or one character. */
const pieces = new RegExp(`${escape}\\[([?\\d;]*)([@-~])|[^]`, 'gu')
const plain: Style = { bold: false, dim: false, colour: undefined }

function applySgr(style: Style, parameters: string): Style {
  return (parameters === '' ? ['0'] : parameters.split(';')).map(Number).reduce<Style>((current, code) => {
    if (code === 0) return plain
    if (code === 1) return { ...current, bold: true }
    if (code === 2) return { ...current, dim: true }
    if (code === 22) return { ...current, bold: false, dim: false }
    if (code === 39) return { ...current, colour: undefined }
    if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) return { ...current, colour: code % 10 }
    return current
  }, style)
}

function toSpans(cells: readonly Cell[]): readonly Span[] {
  const spans: Span[] = []
  for (const { character, bold, dim, colour } of cells) {
    const last = spans.at(-1)
    if (last !== undefined && last.bold === bold && last.dim === dim && last.colour === colour) {
      spans[spans.length - 1] = { ...last, text: last.text + character }
    } else spans.push({ text: character, bold, dim, colour })
  }
  return spans
}

/**
 * What a terminal of that width shows in the end, with scrolled lines. It knows what the command writes: colours, carriage return,
 * cursor up and to a column, and erasing of a line or of what follows; other sequences are skipped.
 */
export function replayTerminal(chunks: readonly Chunk[], columns: number): readonly ScreenLine[] {
  const rows: Row[] = []
  let [row, column, style] = [0, 0, plain]
  const rowAt = (index: number): Row => {
    while (rows.length <= index) rows.push({ cells: [], seconds: 0 })
    return rows[index] ?? { cells: [], seconds: 0 }
  }
  const put = (character: string, seconds: number): void => {
    if (column === columns) [row, column] = [row + 1, 0]
    const { cells } = rowAt(row)
    while (cells.length < column) cells.push({ character: ' ', ...plain })
    cells[column] = { character, ...style }
    rowAt(row).seconds = seconds
    column++
  }
  const control = (parameters: string, final: string): void => {
    const count = Number(parameters) || 1
    if (final === 'm') style = applySgr(style, parameters)
    else if (final === 'A') row = Math.max(0, row - count)
    else if (final === 'G') column = count - 1
    else if (final === 'K' || final === 'J') {
      rowAt(row).cells.length = Math.min(rowAt(row).cells.length, parameters === '2' ? 0 : column)
      if (final === 'J') rows.length = row + 1
    }
  }
  for (const { seconds, text } of chunks) {
    for (const [piece, parameters, final] of text.matchAll(pieces)) {
      if (final !== undefined) control(parameters ?? '', final)
      else if (piece === '\n') rowAt(++row)
      else if (piece === '\r') column = 0
      else if (piece >= ' ') put(piece, seconds)
    }
  }
  const lines = rows.map(({ cells, seconds }) => ({ spans: toSpans(cells), seconds }))
  return lines.slice(0, lines.findLastIndex(({ spans }) => spans.length > 0) + 1)
}

/** The files that script(1) writes with `--log-out` and `--log-timing` (classic format): seconds since the last chunk, and its bytes. */
export function readScript(log: Uint8Array, timing: string): readonly Chunk[] {
  // The first line is script's own, and no chunk counts it.
  let offset = log.indexOf(0x0a) + 1
  let seconds = 0
  return timing
    .trim()
    .split('\n')
    .map((line) => {
      const [pause = 0, bytes = 0] = line.split(' ').map(Number)
      seconds += pause
      offset += bytes
      return { seconds, text: new TextDecoder().decode(log.subarray(offset - bytes, offset)) }
    })
}

/** Times of the lines with every pause cut to a limit: a compiler that works for a minute is not worth watching. */
export function shortenPauses(lines: readonly ScreenLine[], limitSeconds: number): readonly ScreenLine[] {
  let [last, shown] = [0, 0]
  return lines.map((line) => {
    shown += Math.min(Math.max(0, line.seconds - last), limitSeconds)
    last = Math.max(last, line.seconds)
    return { ...line, seconds: shown }
  })
}
