/** A place in a source file, as a symboliser answers. */
export interface CodePlace {
  readonly function: string
  readonly source: string
  readonly line: number
}

/** How a symboliser is started, asked and understood. */
export interface SymboliserKind {
  readonly name: 'llvm-symbolizer' | 'addr2line'
  readonly args: (executable: string) => readonly string[]
  /** A last line of input that ends the last answer. */
  readonly sentinel: string | undefined
  /** Reads lines of output; `onAnswer` gets the calls that stand at one address, innermost first, empty when nothing is known. */
  readonly createReader: (onAnswer: (places: readonly CodePlace[]) => void) => (line: string) => void
}

// Linkage names: as the kernel prints them.
export const llvmSymbolizer: SymboliserKind = {
  name: 'llvm-symbolizer',
  args: (executable) => [`--obj=${executable}`, '--inlines', '--functions=linkage'],
  sentinel: undefined,
  // Pairs of lines; an empty one ends the answer.
  createReader: (onAnswer) => {
    let lines: string[] = []
    return (line) => {
      if (line !== '') return void lines.push(line)
      onAnswer(parsePairs(lines))
      lines = []
    }
  },
}

export const addr2line: SymboliserKind = {
  name: 'addr2line',
  args: (executable) => ['-a', '-f', '-i', '-e', executable],
  // An address that nothing stands at; 0 is one of the per-CPU variables.
  sentinel: '1',
  // The address (-a), then pairs of lines; the next address ends the answer.
  createReader: (onAnswer) => {
    let lines: string[] | undefined
    return (line) => {
      if (!/^0x[0-9a-f]+$/.test(line)) return void lines?.push(line)
      if (lines !== undefined) onAnswer(parsePairs(lines))
      lines = []
    }
  },
}

/** "function" and "path:line", "path:line:column" or "path:line (discriminator 3)" in turn; `??` and line 0 are nothing. */
function parsePairs(lines: readonly string[]): readonly CodePlace[] {
  return lines.flatMap((line, index) => {
    const place = index % 2 === 1 ? /^(?<source>.+?):(?<line>\d+)(?::\d+)?(?: \(discriminator \d+\))?$/.exec(line)?.groups : undefined
    const number = Number(place?.['line'] ?? 0)
    const source = place?.['source'] ?? '??'
    return source === '??' || number === 0 ? [] : [{ function: lines[index - 1] ?? '??', source, line: number }]
  })
}
