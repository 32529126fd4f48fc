import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { CpioEntry } from './cpio-entry.ts'
import { orderCpioEntries, writeCpio } from './index.ts'

const bytes = (text: string) => new TextEncoder().encode(text)
const entries: readonly CpioEntry[] = [
  { kind: 'file', path: 'init', mode: 0o755, content: bytes('#!/bin/sh\n') },
  { kind: 'file', path: 'usr/share/x/deep', mode: 0o644, content: bytes('12345') },
  { kind: 'symlink', path: 'bin', mode: 0o777, target: 'usr/bin' },
  { kind: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
  { kind: 'directory', path: 'proc', mode: 0o555 },
]
const has = (program: string) => spawnSync(program, ['--version']).error === undefined

describe('writeCpio', () => {
  test('writes one small file exactly as the format says', () => {
    const header =
      '070701' +
      '00000001' +
      '000081A4' +
      '00000000'.repeat(2) +
      '00000001' +
      '00000000' +
      '00000003' +
      '00000000'.repeat(4) +
      '00000002' +
      '00000000'
    const trailer = '070701' + '00000000'.repeat(4) + '00000001' + '00000000'.repeat(6) + '0000000B' + '00000000'
    expect(new TextDecoder().decode(writeCpio([{ kind: 'file', path: 'a', mode: 0o644, content: bytes('abc') }]))).toBe(
      `${header}a\0${'' /* 110 + 2 is a multiple of 4 */}abc\0${trailer}TRAILER!!!\0\0\0\0`,
    )
  })

  test('gives the same bytes whatever the order of the entries', () => {
    expect(writeCpio([...entries].toReversed())).toEqual(writeCpio(entries))
  })

  test('adds missing parents before their children', () => {
    expect(orderCpioEntries(entries).map((entry) => entry.path)).toEqual([
      'bin',
      'dev',
      'dev/console',
      'init',
      'proc',
      'usr',
      'usr/share',
      'usr/share/x',
      'usr/share/x/deep',
    ])
  })

  test('ends at a multiple of 4, so that another archive may follow', () => {
    for (let length = 0; length < 5; length++) {
      expect(writeCpio([{ kind: 'file', path: 'f', mode: 0o644, content: new Uint8Array(length) }]).byteLength % 4).toBe(0)
    }
  })

  test.for(['/etc', 'a//b', '../x', '', 'a/', 'TRAILER!!!'])('refuses the path %j', (path) => {
    expect(() => writeCpio([{ kind: 'directory', path, mode: 0o755 }])).toThrow(/not a path inside/)
  })

  test('refuses two entries of one path and entries below a file', () => {
    const file = { kind: 'file', path: 'a', mode: 0o644, content: bytes('') } as const
    expect(() => writeCpio([file, file])).toThrow(/two cpio entries/)
    expect(() => writeCpio([file, { ...file, path: 'a/b' }])).toThrow(/is below 'a'/)
  })

  test('is read by GNU cpio without complaint', (context) => {
    if (!has('cpio')) context.skip('cpio is not installed')
    const listed = spawnSync('cpio', ['-itv', '--quiet', '--numeric-uid-gid'], { input: writeCpio(entries), encoding: 'utf8' })
    expect(listed.stderr).toBe('')
    expect(listed.stdout).toMatch(/crw------- .* 5, +1 .* dev\/console/)
    expect(listed.stdout).toMatch(/lrwxrwxrwx .* bin -> usr\/bin/)
    const directory = mkdtempSync(join(tmpdir(), 'kernelkit-cpio-'))
    try {
      execFileSync('cpio', ['-id', '--quiet', 'init', 'usr/share/x/deep', 'usr', 'usr/share', 'usr/share/x'], {
        input: writeCpio(entries),
        cwd: directory,
      })
      expect(readFileSync(join(directory, 'usr/share/x/deep'), 'utf8')).toBe('12345')
    } finally {
      rmSync(directory, { recursive: true })
    }
  })
})
