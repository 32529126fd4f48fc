import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readElfProgram } from '@kernelkit/core/elf'
import { givenOptions } from '@kernelkit/core/options'
import { parseInitrdSpec } from '@kernelkit/core/options/build'
import { nodeHost } from '@kernelkit/host'
import { makeInitrd } from './initrd.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const make = (source: string, raw: Record<string, unknown> = {}) =>
  makeInitrd(nodeHost({ cwd: directory }), parseInitrdSpec(source, givenOptions({ out: 'x.gz', ...raw }), { hostArch: 'x86_64' }))
const hasCompiler = spawnSync('gcc', ['--version']).error === undefined
const hasCpio = spawnSync('cpio', ['--version']).error === undefined

/** The smallest file that looks like a static x86-64 program. */
function fakeElf({ machine = 62, interpreter = '' } = {}): Buffer {
  const elf = Buffer.alloc(256)
  elf.write('\x7fELF\x02\x01\x01', 0, 'latin1')
  elf.writeUInt16LE(2, 16)
  elf.writeUInt16LE(machine, 18)
  elf.writeBigUInt64LE(64n, 32)
  elf.writeUInt16LE(56, 54)
  elf.writeUInt16LE(1, 56)
  elf.writeUInt32LE(interpreter === '' ? 1 : 3, 64)
  elf.writeBigUInt64LE(128n, 72)
  elf.writeBigUInt64LE(BigInt(interpreter.length + 1), 96)
  elf.write(`${interpreter}\0`, 128, 'latin1')
  return elf
}

describe('makeInitrd', () => {
  test('makeInitrd packs a directory the same way for any owner and date', async () => {
    for (const name of ['a', 'b']) {
      mkdirSync(join(directory, name, 'sub'), { recursive: true })
      writeFileSync(join(directory, name, 'init'), fakeElf(), { mode: 0o755 })
      writeFileSync(join(directory, name, 'sub', 'data'), 'x'.repeat(100_000))
      symlinkSync('sub/data', join(directory, name, 'link'))
    }
    utimesSync(join(directory, 'b', 'init'), 1, 1)
    const [a, b] = [await make('a', { out: 'a.gz' }), await make('b', { out: 'b.gz' })]
    expect(a.sha256).toBe(b.sha256)
    expect(a).toMatchObject({ kind: 'directory', entries: 4 })
    if (hasCpio) {
      const listed = execFileSync('cpio', ['-it', '--quiet'], { input: gunzipSync(readFileSync(a.initrd)), encoding: 'utf8' })
      expect(listed.trim().split('\n')).toEqual(['init', 'link', 'sub', 'sub/data'])
    }
  })

  test('makeInitrd compiles a C file to a static /init with a console', async (context) => {
    if (!hasCompiler) context.skip('gcc is not installed')
    writeFileSync(join(directory, 'hello.c'), 'int main(void) { return 0; }\n')
    expect(await make('hello.c')).toMatchObject({ kind: 'c-file', entries: 3, compression: 'gzip' })
  })

  test('makeInitrd leaves no partial file when the compiler fails', async (context) => {
    if (!hasCompiler) context.skip('gcc is not installed')
    writeFileSync(join(directory, 'bad.c'), 'int main(void) { return nothing; }\n')
    await expect(make('bad.c')).rejects.toMatchObject({ code: 'INITRD_COMPILE', message: expect.stringMatching(/bad\.c:1:.*nothing/s) })
    expect(readdirSync(directory)).toEqual(['bad.c'])
  })

  test.for([
    ['a missing source', 'nosuch', 'INITRD_SOURCE'],
    ['a script', 'script', 'INITRD_SOURCE'],
    ['a text', 'text', 'INITRD_SOURCE'],
    ['a dynamic program', 'dynamic', 'INITRD_NOT_STATIC'],
    ['a program for another architecture', 'arm', 'INITRD_WRONG_ARCH'],
    ['a directory without init', 'empty', 'INITRD_SOURCE'],
    ['a directory whose init is not executable', 'plain', 'INITRD_SOURCE'],
    ['a directory whose init lacks its loader', 'noloader', 'INITRD_NOT_STATIC'],
    ['a directory whose init is a script without its interpreter', 'noshell', 'INITRD_SOURCE'],
    ['a directory whose init is a text', 'noline', 'INITRD_SOURCE'],
    ['a directory whose init is a link to nowhere', 'nolink', 'INITRD_SOURCE'],
    ['a directory whose interpreter lacks its loader', 'noloader2', 'INITRD_NOT_STATIC'],
  ] as const)('makeInitrd refuses %s', async ([, source, code]) => {
    for (const name of ['empty', 'plain', 'noloader']) mkdirSync(join(directory, name))
    writeFileSync(join(directory, 'script'), '#!/bin/sh\n')
    writeFileSync(join(directory, 'text'), 'hello\n')
    writeFileSync(join(directory, 'dynamic'), fakeElf({ interpreter: '/lib64/ld.so' }))
    writeFileSync(join(directory, 'arm'), fakeElf({ machine: 183 }))
    writeFileSync(join(directory, 'plain', 'init'), fakeElf())
    writeFileSync(join(directory, 'noloader', 'init'), fakeElf({ interpreter: '/lib64/ld.so' }))
    chmodSync(join(directory, 'noloader', 'init'), 0o755)
    for (const name of ['noshell', 'noline', 'nolink', 'noloader2']) mkdirSync(join(directory, name, 'bin'), { recursive: true })
    writeFileSync(join(directory, 'noshell', 'init'), '#! /bin/sh -e\n', { mode: 0o755 })
    writeFileSync(join(directory, 'noline', 'init'), 'echo\n', { mode: 0o755 })
    // The host has this file: links are followed inside the archive.
    symlinkSync('/bin/sh', join(directory, 'nolink', 'init'))
    writeFileSync(join(directory, 'noloader2', 'init'), '#!/bin/sh\n', { mode: 0o755 })
    writeFileSync(join(directory, 'noloader2', 'bin', 'sh'), fakeElf({ interpreter: '/lib64/ld.so' }), { mode: 0o755 })
    await expect(make(source)).rejects.toMatchObject({ code, hint: expect.any(String) })
    expect(readdirSync(directory)).not.toContain('x.gz')
  })

  test('makeInitrd packs a script whose interpreter is found through links of the directory', async () => {
    mkdirSync(join(directory, 'tree', 'usr', 'bin'), { recursive: true })
    symlinkSync('/usr/bin', join(directory, 'tree', 'bin'))
    symlinkSync('../bin/busybox', join(directory, 'tree', 'usr', 'bin', 'sh'))
    symlinkSync('usr/init.sh', join(directory, 'tree', 'init'))
    writeFileSync(join(directory, 'tree', 'usr', 'init.sh'), '#!/bin/sh\n', { mode: 0o755 })
    await expect(make('tree')).rejects.toMatchObject({ message: expect.stringContaining('tree/init needs /bin/sh, which is not there') })
    writeFileSync(join(directory, 'tree', 'usr', 'bin', 'busybox'), fakeElf(), { mode: 0o755 })
    expect(await make('tree')).toMatchObject({ kind: 'directory', entries: 7 })
  })

  test('makeInitrd refuses an output that cannot be written', async () => {
    writeFileSync(join(directory, 'prog'), fakeElf())
    await expect(make('prog', { out: 'nosuch/x.gz' })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      hint: expect.stringContaining('mkdir -p'),
    })
    await expect(make('prog', { out: '.' })).rejects.toMatchObject({ code: 'BAD_OPTION' })
    await expect(make('prog', { out: 'prog' })).rejects.toMatchObject({ code: 'BAD_OPTION' })
  })
})

test('readElfProgram distinguishes a static program from one that asks for a loader', () => {
  expect(readElfProgram(fakeElf())).toMatchObject({ header: { is64: true, machine: 62 }, isProgram: true, interpreter: undefined })
  expect(readElfProgram(fakeElf({ interpreter: '/lib64/ld.so' }))?.interpreter).toBe('/lib64/ld.so')
  expect(readElfProgram(Buffer.from('#!/bin/sh\n'))).toBeUndefined()
  expect(readElfProgram(Buffer.alloc(0))).toBeUndefined()
})
