import { expect, it } from 'vitest'
import { commandWords } from './command-words.ts'

it('takes one word with blanks for a shell line and several words for a program', () => {
  expect(commandWords(['uname -a; id'], false).argv).toEqual(['/bin/sh', '-c', 'uname -a; id'])
  expect(commandWords(['uname'], false).argv).toEqual(['uname'])
  expect(commandWords(['echo', 'a b'], true)).toEqual({ argv: ['echo', 'a b'], interactive: false })
})

it('starts a shell on a terminal and refuses to guess elsewhere', () => {
  expect(commandWords([], true).interactive).toBe(true)
  expect(() => commandWords([], false)).toThrow(expect.objectContaining({ code: 'COMMAND_MISSING' }))
})

it.each([[''], [' '], ['\t\n']])('refuses %j, which would pass on any kernel', (word) => {
  expect(() => commandWords([word], true)).toThrow(expect.objectContaining({ code: 'COMMAND_MISSING' }))
})
