import { describe, expect, it } from 'vitest'
import { parseLibraryExec } from './library-exec.ts'

describe('parseLibraryExec', () => {
  it('takes every option, and variables that are undefined as absent', () => {
    const options = {
      env: { A: '1', B: undefined },
      cwd: '/',
      user: '1:2',
      timeoutMs: 5,
      encoding: 'buffer',
      stdin: 'x',
      signal: undefined,
    }
    expect(parseLibraryExec('exec', ['true'], options)).toEqual({
      argv: ['true'],
      env: { A: '1' },
      cwd: '/',
      user: '1:2',
      timeoutMs: 5,
      encoding: 'buffer',
    })
  })

  it.each<[unknown, unknown, string]>([
    ['uname -r', {}, 'the command of `exec` is a value of type string, not a list of words.'],
    [[], {}, 'the command of `exec` is an empty list, not a list of words.'],
    [['a', 1], {}, 'is a list with other values than texts'],
    [['a'], 'x', 'the options of `exec` are a value of type string, not an object.'],
    [['a'], { timeout: 5 }, '`exec` has no option `timeout`; allowed: cwd, encoding, env, signal, stdin, timeoutMs, user.'],
    [['a'], { cwd: 'src' }, "`cwd` is 'src'; it takes an absolute path in the guest."],
    [['a'], { timeoutMs: '5s' }, "`timeoutMs` is '5s'; it takes a positive whole number of milliseconds."],
    [['a'], { timeoutMs: 0 }, '`timeoutMs` is 0;'],
    [['a'], { encoding: 'latin1' }, "`encoding` is 'latin1'; it takes 'utf8' or 'buffer'."],
    [['a'], { env: ['A=1'] }, "`env` is a list; it takes an object such as { NAME: 'value' }."],
    [['a'], { env: { A: 1 } }, '`env.A` is 1; it takes a text.'],
    [['a'], { env: { 'A=': '1' } }, "`env` is 'A='; it takes names without '='."],
    [['a'], { user: 7 }, '`user` is 7; it takes a text'],
  ])('refuses %j with %j in the words of a program', (argv, options, message) => {
    const refusal = expect.objectContaining({ code: 'BAD_OPTION', message: expect.stringContaining(message) as string }) as Error
    expect(() => parseLibraryExec('exec', argv, options)).toThrow(refusal)
  })

  it('knows no encoding of a command whose output is a stream', () => {
    expect(() => parseLibraryExec('spawn', ['a'], { encoding: 'buffer' })).toThrow('`spawn` has no option `encoding`')
  })
})
