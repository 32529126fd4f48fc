/** Whole lines of text that comes in pieces, which may end within a character; `end` gives out a last line without a newline. */
export function collectLines(onLine: (line: string) => void): { readonly push: (data: Uint8Array) => void; readonly end: () => void } {
  const decoder = new TextDecoder()
  let rest = ''
  const take = (text: string): void => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
  }
  return {
    push: (data) => take(decoder.decode(data, { stream: true })),
    end: () => {
      take(decoder.decode())
      if (rest !== '') onLine(rest)
      rest = ''
    },
  }
}
