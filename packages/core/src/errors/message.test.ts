import { expect, it } from 'vitest'
import { printable } from './message.ts'

it.each([
  ['plain ü 🐧 text', 'plain ü 🐧 text'],
  ['a\nb\r\tc', String.raw`a\nb\r\tc`],
  ['\u001b]0;title\u0007', String.raw`\e]0;title\u{7}`],
  ['\u009b31m\u007f', String.raw`\u{9b}31m\u{7f}`],
  ['x\u2028::error::y\u202e', String.raw`x\u{2028}::error::y\u{202e}`],
])('printable shows %j as text that nothing acts on', (text, shown) => {
  expect(printable(text)).toBe(shown)
})
