/** Cuts bytes into text of whole lines. */
export interface LineFeed {
  write(bytes: Uint8Array): void
  /** The last line may lack its end. */
  end(): void
}

// Reports have no line of this length; a console can: a program that prints without line ends, zeroes after a crash of the host.
const longestLine = 64 * 1024
const newline = 10

/**
 * Text of whole lines, as large pieces as they come; bytes that are no UTF-8 become U+FFFD. Of a line that is longer than 64 KiB the
 * beginning is kept, so that memory stays bounded whatever is fed.
 */
export function createLineFeed(onText: (text: string) => void): LineFeed {
  const decoder = new TextDecoder()
  let rest: Uint8Array = new Uint8Array(0)
  let isTooLong = false
  const keep = (bytes: Uint8Array): void => {
    if (isTooLong) return
    const room = longestLine - rest.length
    isTooLong = bytes.length > room
    rest = join(rest, bytes.subarray(0, room))
  }
  return {
    write: (bytes) => {
      const last = bytes.lastIndexOf(newline)
      if (last < 0) return keep(bytes)
      const first = rest.length > 0 ? bytes.indexOf(newline) : -1
      if (first >= 0) {
        keep(bytes.subarray(0, first))
        onText(`${decoder.decode(rest)}\n`)
      }
      isTooLong = false
      if (last > first) onText(decoder.decode(bytes.subarray(first + 1, last + 1)))
      // A copy: the caller may use its buffer again (and slice() of a Node Buffer copies nothing).
      rest = new Uint8Array(bytes.subarray(last + 1, last + 1 + longestLine))
      isTooLong = bytes.length - last - 1 > longestLine
    },
    end: () => {
      if (rest.length > 0) onText(`${decoder.decode(rest)}\n`)
      rest = new Uint8Array(0)
    },
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return new Uint8Array(b)
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
