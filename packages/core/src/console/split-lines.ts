/** Cuts a stream of text into lines; `\r` before the end of a line is dropped. Call with `undefined` at the end for the last, unfinished line. */
export function lineSplitter(onLine: (line: string) => void): (chunk: string | undefined) => void {
  let rest = ''
  return (chunk) => {
    if (chunk === undefined) {
      if (rest !== '') onLine(trimReturns(rest))
      rest = ''
      return
    }
    const lines = `${rest}${chunk}`.split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) onLine(trimReturns(line))
  }
}

function trimReturns(line: string): string {
  return line.replace(/\r+$/, '')
}
