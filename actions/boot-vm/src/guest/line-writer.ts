import { Writable } from 'node:stream'
import { StringDecoder } from 'node:string_decoder'

// A line without an end is passed on in pieces of this size.
const longestLine = 64 * 1024

/** A stream whose text comes out line by line, however it was cut; what lacks its newline comes at the end. */
export function lineWriter(print: (line: string) => void): Writable {
  const decoder = new StringDecoder('utf8')
  let text = ''
  const take = (more: string): void => {
    const lines = (text + more).split('\n')
    text = lines.pop() ?? ''
    for (const line of lines) print(line.replace(/\r$/, ''))
    if (text.length <= longestLine) return
    print(text)
    text = ''
  }
  return new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      take(decoder.write(chunk))
      done()
    },
    final: (done) => {
      take(decoder.end())
      if (text !== '') print(text)
      text = ''
      done()
    },
  })
}
