import { describe, expect, it } from 'vitest'
import { readScript, replayTerminal, shortenPauses, type ScreenLine } from './terminal.ts'

const textOf = ({ spans }: ScreenLine) => spans.map(({ text }) => text).join('')
const linesOf = (text: string, columns = 20) => replayTerminal([{ seconds: 0, text }], columns).map(textOf)

describe('replayTerminal', () => {
  it.each([
    ['keeps lines and empty lines, and drops empty ones at the end', 'a\r\n\r\nb\r\n\r\n', ['a', '', 'b']],
    ['overwrites after a carriage return', 'waiting\rdone   \r\n', ['done   ']],
    ['erases to the end of the line', 'waiting\r\u001B[Kok\r\n', ['ok']],
    ['erases a whole line, wherever the cursor is', 'waiting\u001B[2K\u001B[1Gok', ['ok']],
    ['moves up and erases what follows', 'one\r\ntwo\r\nthree\u001B[2A\u001B[1G\u001B[Jnew', ['new']],
    ['continues a line that is too long on the next one', 'abcdefg', ['abc', 'def', 'g']],
    ['skips sequences that change nothing on the screen', '\u001B[?25la\u001B[?25h', ['a']],
  ])('%s', (_title, text, expected) => {
    expect(linesOf(text, expected.includes('abc') ? 3 : 20)).toEqual(expected)
  })

  it('reads colours and weights', () => {
    const [line] = replayTerminal([{ seconds: 0, text: 'a\u001B[1;31mb\u001B[0m\u001B[2mc\u001B[22m\u001B[92md\u001B[39me' }], 20)
    expect(line?.spans).toEqual([
      { text: 'a', bold: false, dim: false, colour: undefined },
      { text: 'b', bold: true, dim: false, colour: 1 },
      { text: 'c', bold: false, dim: true, colour: undefined },
      { text: 'd', bold: false, dim: false, colour: 2 },
      { text: 'e', bold: false, dim: false, colour: undefined },
    ])
  })

  it('says when each line was complete', () => {
    const lines = replayTerminal(
      [
        { seconds: 1, text: 'a\r\nb' },
        { seconds: 3, text: 'b\r\n' },
      ],
      20,
    )
    expect(lines.map(({ seconds }) => seconds)).toEqual([1, 3])
  })
})

describe('readScript', () => {
  it("cuts the log at the bytes of each chunk, after script's own first line", () => {
    const log = new TextEncoder().encode('Script started on x\n…a\r\nbScript done on y\n')
    expect(readScript(log, '0.5 6\n1.25 1\n')).toEqual([
      { seconds: 0.5, text: '…a\r\n' },
      { seconds: 1.75, text: 'b' },
    ])
  })
})

describe('shortenPauses', () => {
  it('cuts a long pause and keeps the short ones', () => {
    const lines = [0.5, 60, 61].map((seconds) => ({ spans: [], seconds }))
    expect(shortenPauses(lines, 2).map(({ seconds }) => seconds)).toEqual([0.5, 2.5, 3.5])
  })
})
