import { describe, expect, test } from 'vitest'
import { givenOptions } from '../given.ts'
import { parseImageSpec } from './image.ts'

const parse = (raw: Record<string, unknown> = {}) => parseImageSpec(givenOptions(raw), { hostArch: 'x86_64' })

describe('parseImageSpec', () => {
  test('has every default', () => {
    expect(parse()).toMatchObject({
      suite: 'trixie',
      include: [],
      mirror: undefined,
      sizeBytes: 4 * 2 ** 30,
      sshKeys: [],
      refresh: 'weekly',
      customize: [],
      overlays: [],
      trim: true,
      out: undefined,
    })
  })

  test('takes the newest suite that an architecture has', () => {
    expect(parse({ arch: 'i686' })).toMatchObject({ suite: 'bookworm', arch: { name: 'i386' } })
  })

  test('splits packages at commas and blanks, each once', () => {
    expect(parse({ include: ['strace,iperf3', 'strace g++'] }).include).toEqual(['strace', 'iperf3', 'g++'])
  })

  test.for([
    [{ suite: '../x' }, 'BAD_OPTION'],
    [{ include: ['a;b'] }, 'BAD_OPTION'],
    [{ include: ['$(id)'] }, 'BAD_OPTION'],
    [{ mirror: 'mirror.example' }, 'BAD_OPTION'],
    [{ mirror: 'ftp://mirror.example/debian' }, 'BAD_OPTION'],
    [{ size: '4' }, 'BAD_SIZE'],
    [{ size: '100M' }, 'IMAGE_TOO_SMALL'],
    [{ size: '17T' }, 'BAD_OPTION'],
    [{ refresh: 'hourly' }, 'BAD_OPTION'],
    [{ arch: 'sparc' }, 'BAD_ARCH'],
  ] as const)('refuses %j with %s', ([raw, code]) => {
    expect(() => parse(raw)).toThrow(expect.objectContaining({ code }))
  })

  test('keeps the rest of the system with --no-trim', () => {
    expect(parse({ noTrim: true }).trim).toBe(false)
  })
})
