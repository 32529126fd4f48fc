import { describe, expect, it } from 'vitest'
import { requirePlainPaths, specialCharacter } from './plain-path.ts'

describe('a path that make, sh and gcc read', () => {
  it.each(['/home/user/.cache/kernelkit', '/a-b_c/d.e/f+g@h,i~j', '/home/jürgen/日本'])('%s is taken', (path) => {
    expect(specialCharacter(path)).toBeUndefined()
    requirePlainPaths({ env: { TMPDIR: path } }, path)
  })

  it.each([
    ['/a b', 'a blank'],
    ["/it's", 'a quote'],
    ['/say"so', 'a quote'],
    ['/dol$lar', 'a dollar sign'],
    ['/a:b', 'a colon'],
    ['/a#b', 'the character #'],
    ['/a=b', 'the character ='],
    ['/a%b', 'the character %'],
    ['/a\\b', 'the character \\'],
    ['/a(b', 'the character ('],
  ])('%s is refused, and the character is named', (path, what) => {
    expect(specialCharacter(path)).toBe(what)
    expect(() => requirePlainPaths({ env: {} }, path)).toThrow(
      expect.objectContaining({
        code: 'PATH_NOT_PLAIN',
        message: expect.stringContaining(`the store ${path} has ${what} in its path`) as string,
      }),
    )
    expect(() => requirePlainPaths({ env: { TMPDIR: path } }, '/store')).toThrow(
      expect.objectContaining({ message: expect.stringContaining(`TMPDIR (${path}) has ${what}`) as string }),
    )
  })
})
