import type { KtapReader } from './reader.ts'

// What is longer is no line of a test.
const longestLine = 64 * 1024

/** Feeds a reader with bytes as they come; bytes that are no UTF-8 become U+FFFD. */
export interface KtapText {
  push(bytes: Uint8Array, at?: number): void
  /** The last line, even without its end. */
  end(): void
}

export function createKtapText(reader: KtapReader): KtapText {
  const decoder = new TextDecoder()
  let rest = ''
  const pushText = (text: string, at: number | undefined): void => {
    let from = 0
    for (;;) {
      const end = text.indexOf('\n', from)
      if (end < 0) break
      const line = text.slice(from, end)
      reader.read((rest.length === 0 ? line : `${rest}${line}`).slice(0, longestLine), at)
      rest = ''
      from = end + 1
    }
    if (rest.length < longestLine) rest += text.slice(from)
  }
  return {
    push: (bytes, at) => pushText(decoder.decode(bytes, { stream: true }), at),
    end: () => {
      pushText(decoder.decode(), undefined)
      if (rest !== '') reader.read(rest.slice(0, longestLine))
      rest = ''
    },
  }
}
