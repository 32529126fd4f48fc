import { Writable } from 'node:stream'

/** A stream into `to` without the line that begins with the mark; `found` is the rest of that line once it has come. */
export interface MarkedOutput {
  readonly stream: Writable
  found(): string | undefined
}

// `MARK PID`: more is not our line.
const longestRest = 64

/** Takes one line out of what a command prints: the one with a mark that no one else knows, wherever it is. Everything else is passed on at once. */
export function markedOutput(to: Writable, mark: string): MarkedOutput {
  const needle = Buffer.from(`${mark} `)
  let held: Buffer = Buffer.alloc(0)
  let rest: string | undefined
  const take = (chunk: Buffer): Buffer => {
    if (rest !== undefined) return chunk
    held = Buffer.concat([held, chunk])
    const at = held.indexOf(needle)
    if (at < 0) {
      const kept = partAtEnd(held, needle)
      const passed = held.subarray(0, held.length - kept)
      held = held.subarray(held.length - kept)
      return passed
    }
    const end = held.indexOf('\n', at)
    if (end < 0 && held.length - at < needle.length + longestRest) return Buffer.alloc(0)
    const stop = end < 0 ? held.length : end
    rest = held.toString('latin1', at + needle.length, stop)
    const passed = Buffer.concat([held.subarray(0, at), held.subarray(stop + 1)])
    held = Buffer.alloc(0)
    return passed
  }
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      const passed = take(chunk)
      if (passed.length === 0) done()
      else to.write(passed, () => done())
    },
    final: (done) => {
      if (held.length > 0) to.write(held)
      to.end(() => done())
    },
  })
  return { stream, found: () => rest }
}

/** Length of the longest end of the text that could be the beginning of the mark. */
function partAtEnd(text: Buffer, needle: Buffer): number {
  for (let length = Math.min(needle.length - 1, text.length); length > 0; length--)
    if (text.subarray(text.length - length).equals(needle.subarray(0, length))) return length
  return 0
}
