import { describe, expect, it } from 'vitest'
import { isMakeWord, parseMakeWords } from './make-words.ts'

describe('parseMakeWords', () => {
  it('reads the words of make', () => {
    expect(parseMakeWords(['O=../b', 'ARCH=i386', 'LLVM=-18', 'W=1', 'KCFLAGS=-O1 -g'])).toEqual({
      output: '../b',
      arch: 'i386',
      compiler: 'clang-18',
      variables: [
        ['W', '1'],
        ['KCFLAGS', '-O1 -g'],
      ],
    })
    expect(parseMakeWords(['CC=ccache gcc-12']).compiler).toBe('gcc-12')
    expect(parseMakeWords(['LLVM=1']).compiler).toBe('clang')
    expect(parseMakeWords(['LLVM=1', 'CC=clang']).compiler).toBe('clang')
  })

  it.each([
    ['LLVM=1 and gcc', ['LLVM=1', 'CC=gcc'], /contradict/],
    ['one variable twice', ['O=a', 'O=b'], /twice/],
    ['external modules', ['M=drivers/x'], /external modules/],
    ['a configuration file', ['KCONFIG_ALLCONFIG=x'], /--config FILE/],
    ['a typo', ['KCFLAG=x'], /KCFLAGS/],
    ['a directory of LLVM tools', ['LLVM=/opt/llvm/'], /LLVM=1/],
  ])('refuses %s', (_, words, message) => {
    let said = ''
    try {
      parseMakeWords(words)
    } catch (error) {
      said = `${(error as Error).message} ${(error as { hint?: string }).hint}`
    }
    expect(said).toMatch(message)
  })

  it('does not take a source for a variable', () => {
    expect(['git+https://example.org/x.git?a=b#c', './a=b', 'deb:x'].map(isMakeWord)).toEqual([false, false, false])
  })
})
