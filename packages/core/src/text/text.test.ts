import { describe, expect, it } from 'vitest'
import { plainLine, plainText, printable, printableFor, printableJson } from './index.ts'

const codes = Array.from({ length: 0xa0 }, (_, code) => code).filter((code) => code < 0x20 || code >= 0x7f)

describe('printable', () => {
  it.each([
    ['the title of a window (OSC 0)', 'a\u001B]0;owned\u0007b', String.raw`a\x1b]0;owned\x07b`],
    ['the clipboard (OSC 52), with the end of a string (ST)', '\u001B]52;c;eA==\u001B\\', String.raw`\x1b]52;c;eA==\x1b` + '\\'],
    ['the same as C1', '\u009D52;c;eA==\u009C', String.raw`\x9d52;c;eA==\x9c`],
    ['the cursor and the screen (CSI)', '\u001B[2J\u001B[1;1Hpass', String.raw`\x1b[2J\x1b[1;1Hpass`],
    ['CSI as C1', '\u009B2J', String.raw`\x9b2J`],
    ['a device that answers (DCS, DA)', '\u001BP$q\u001B[c', String.raw`\x1bP$q\x1b[c`],
    ['a bell, a backspace and DEL', '\u0007\b\u007F', String.raw`\x07\x08\x7f`],
    ['a line that is written over', 'fail\rpass', String.raw`fail\rpass`],
    ['a line of Unicode', 'a\u2028b\u2029c\u0085d', String.raw`a\u2028b\u2029c\x85d`],
    ['the direction of a text', 'a\u202Eb\u2066c', String.raw`a\u202eb\u2066c`],
  ])('shows %s and does not send it', (_title, text, shown) => {
    expect(printable(text)).toBe(shown)
  })

  it('drops colours and keeps words, tabs and lines', () => {
    expect(printable('[\u001B[0;1;32m  OK  \u001B[0m] a\tb\nc')).toBe('[  OK  ] a\tb\nc')
    expect(printable('größer ☃ 日本 \u{1F600}')).toBe('größer ☃ 日本 \u{1F600}')
  })

  it('leaves no control character but tab and line feed', () => {
    for (const code of codes) expect(printable(String.fromCharCode(code)) === String.fromCharCode(code)).toBe(code === 9 || code === 10)
  })
})

describe('printableJson', () => {
  it('means the same and holds no control character', () => {
    const document = { text: codes.map((code) => String.fromCharCode(code)).join('') + '\u202E\u2028' }
    const json = printableJson(JSON.stringify(document, undefined, 2))
    expect(JSON.parse(json)).toEqual(document)
    expect(printable(json)).toBe(json)
  })
})

describe('plainText', () => {
  it.each([
    ['::error::no', '> ::error::no'],
    ['  ::set-output name=a::b', '>   ::set-output name=a::b'],
    ['a ##[error]b', 'a # #[error]b'],
    ['fine :: here', 'fine :: here'],
    ['progress\r::stop-commands::x', 'progress\n> ::stop-commands::x'],
    ['\u0085::error::no', '> \u0085::error::no'],
    ['\u00A0\u1680\u2003\u2028\u202F\u3000::error::no', '> \u00A0\u1680\u2003\u2028\u202F\u3000::error::no'],
    ['\uFEFF\u200B\u2060::error::no', '> \uFEFF\u200B\u2060::error::no'],
    ['\t\v\f\u0007\u001B[31m\u001B[0m::error::no', '> \t\v\f\u0007\u001B[31m\u001B[0m::error::no'],
    ['\u0085##[command]x', '\u0085# #[command]x'],
    ['a\r\n::b\n\n ::c', 'a\n> ::b\n\n>  ::c'],
    ['std::vector a::b', 'std::vector a::b'],
  ])('makes %j harmless to the runner', (text, expected) => {
    expect(plainText(text)).toBe(expected)
  })
})

describe('plainLine', () => {
  it('sends no control character either, and no command that one hid', () => {
    expect(plainLine('\u001B]0;x\u0007\u001B[31m red\u009B2J')).toBe(String.raw`\x1b]0;x\x07 red\x9b2J`)
    expect(plainLine('\u001B[0m::error::no')).toBe('> ::error::no')
  })
})

it('Text of others is plain in a step of GitHub Actions, and printable elsewhere.', () => {
  expect(printableFor({ GITHUB_ACTIONS: 'true' })('a\u0007\n::error::no')).toBe(`${String.raw`a\x07`}\n> ::error::no`)
  expect(printableFor({})('a\u0007\n::error::no')).toBe(`${String.raw`a\x07`}\n::error::no`)
})
