import { expect, it } from 'vitest'
import { collectLines } from './collect-lines.ts'

it('collectLines gives whole lines from any pieces, and the last one without its newline', () => {
  const bytes = Buffer.from('first\nzwölf\r\n\nlast')
  for (const size of [1, 2, 5, 100]) {
    const lines: string[] = []
    const collect = collectLines((line) => lines.push(line))
    for (let at = 0; at < bytes.length; at += size) collect.push(bytes.subarray(at, at + size))
    expect(lines).toEqual(['first', 'zwölf', ''])
    collect.end()
    expect(lines).toEqual(['first', 'zwölf', '', 'last'])
  }
})
