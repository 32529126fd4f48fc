import { describe, expect, it } from 'vitest'
import { addr2line, llvmSymbolizer, type CodePlace, type SymboliserKind } from './symboliser-output.ts'

function answers(kind: SymboliserKind, output: string): readonly (readonly CodePlace[])[] {
  const all: (readonly CodePlace[])[] = []
  const read = kind.createReader((places) => all.push(places))
  for (const line of output.trim().split('\n')) read(line.trim())
  return all
}

const inlined = [
  { function: 'inner', source: '/src/a.h', line: 3 },
  { function: 'outer', source: '/src/a.c', line: 9 },
]

describe('the answers of symbolisers', () => {
  it('of llvm-symbolizer end with an empty line', () => {
    const output = `
      inner
      /src/a.h:3:12
      outer
      /src/a.c:9:1

      ??
      ??:0:0

      entry
      /src/entry.S:0:0

      last
      /src/a.c:1:1`
    expect(answers(llvmSymbolizer, output)).toEqual([inlined, [], []])
  })

  it('of addr2line end with the next address', () => {
    const output = `
      0xffffffff81000010
      inner
      /src/a.h:3 (discriminator 2)
      outer
      /src/a.c:9
      0xffffffff81000020
      ??
      ??:0
      0xffffffff81000030
      entry
      /src/entry.S:?
      0x0000000000000001
      ??
      ??:0`
    expect(answers(addr2line, output)).toEqual([inlined, [], []])
  })

  it('of addr2line do not begin before the first address', () => {
    expect(answers(addr2line, '??\n??:0\n0x10\nouter\n/src/a.c:9\n0x1')).toEqual([[{ function: 'outer', source: '/src/a.c', line: 9 }]])
  })
})
