import { describe, expect, it } from 'vitest'
import { parseArch } from '../../arch/index.ts'
import { UserError } from '../../errors/index.ts'
import { parseKernelSource } from './kernel-source.ts'
import { parseKernelSpec } from './kernel.ts'
import { givenOptions } from '../given.ts'

const parse = (raw: Readonly<Record<string, unknown>>, ...words: string[]) =>
  parseKernelSpec(givenOptions(raw), words, { arch: parseArch('x86_64') })
const sum = 'a'.repeat(64)

function failure(action: () => unknown): string {
  try {
    action()
  } catch (error) {
    if (error instanceof UserError) return `${error.code} ${error.message} ${error.hint}`
    throw error
  }
  return 'no failure'
}

describe('parseKernelSource', () => {
  it.each([
    ['.', { kind: 'path', path: '.' }],
    ['../linux', { kind: 'path', path: '../linux' }],
    ['deb:linux-source-6.12', { kind: 'deb', package: 'linux-source-6.12' }],
    ['git+https://example.org/linux.git#v6.12', { kind: 'git', url: 'https://example.org/linux.git', ref: 'v6.12' }],
    ['git+/home/me/linux', { kind: 'git', url: '/home/me/linux', ref: undefined }],
    ['v6.12', { kind: 'release', version: '6.12', mirror: 'https://cdn.kernel.org/pub/linux/kernel' }],
    ['v6.12.8', { kind: 'release', version: '6.12.8', mirror: 'https://cdn.kernel.org/pub/linux/kernel' }],
    ['linux-6.12.tar.xz', { kind: 'tarball', location: 'linux-6.12.tar.xz', remote: false, sha256: undefined }],
  ])('reads %s', (raw, expected) => {
    expect(parseKernelSource(raw)).toEqual(expected)
  })

  it('takes a mirror for releases alone', () => {
    expect(parseKernelSource('v6.12', { mirror: 'https://example.org/kernel' })).toMatchObject({ mirror: 'https://example.org/kernel' })
    expect(failure(() => parseKernelSource('deb:linux-source-6.12', { mirror: 'https://example.org/kernel' }))).toContain(
      '--mirror is for releases',
    )
  })

  it('wants a checksum for what comes from the network', () => {
    expect(failure(() => parseKernelSource('https://example.org/linux.tar.xz'))).toContain('needs --sha256')
    expect(parseKernelSource('https://example.org/linux.tar.xz', { sha256: sum.toUpperCase() })).toMatchObject({
      remote: true,
      sha256: sum,
    })
  })

  it.each([
    ['6.1', 'v6.1'],
    ['stable', './stable'],
    ['v6.13-rc1', 'linux.git#v6.13-rc1'],
    ['https://example.org/linux.git', 'git+URL'],
    ['git+https://example.org/x#--upload-pack=evil', 'is not the name of a branch'],
    ['git+linux', 'is not the address'],
    ['deb:Linux Source', 'is not a package name'],
    ['ftp://example.org/linux', 'scheme'],
  ])('refuses %s', (raw, said) => {
    expect(failure(() => parseKernelSource(raw))).toContain(said)
  })
})

describe('parseKernelSpec', () => {
  it('has a default for everything', () => {
    expect(parse({})).toEqual({
      source: { kind: 'path', path: '.' },
      arch: parseArch('x86_64'),
      base: { kind: 'allnoconfig' },
      config: ['minimal', 'debian', '9p', 'debug'].map((name) => ({ kind: 'preset', name })),
      defaultConfig: true,
      configCheck: 'error',
      modules: 'auto',
      compiler: 'gcc',
      jobs: undefined,
      out: undefined,
      inTree: false,
      buildDirectory: undefined,
      makeVariables: [],
      force: false,
    })
  })

  it('keeps the default presets under mere symbols, and drops them for a preset or a file', () => {
    const names = (config: string[]) =>
      parse({ config }).config.map((item) => (item.kind === 'preset' ? item.name : item.kind === 'file' ? item.path : item.request.symbol))
    expect(names(['-IPV6'])).toEqual(['minimal', 'debian', '9p', 'debug', 'IPV6'])
    expect(names(['X=y', 'minimal', './a', 'debug.config?'])).toEqual(['minimal', 'X', './a', 'debug.config'])
  })

  it('understands make and refuses contradictions', () => {
    const spec = parse({}, 'deb:linux-source-6.12', 'ARCH=i386', 'O=b', 'CC=gcc-12')
    expect([spec.arch.name, spec.buildDirectory, spec.compiler]).toEqual(['i386', 'b', 'gcc-12'])
    expect(failure(() => parse({ arch: 'x86_64' }, 'ARCH=i386'))).toContain('contradict')
    expect(failure(() => parse({ compiler: 'gcc' }, 'LLVM=1'))).toContain('contradict')
    expect(failure(() => parse({ inTree: true }, 'O=b'))).toContain('contradict')
    expect(failure(() => parse({}, 'ARCH=x86'))).toContain('ARCH=x86_64 or ARCH=i386')
    expect(failure(() => parse({}, '.', 'bzImage'))).toContain('one source')
  })

  it.each<[Readonly<Record<string, unknown>>, string]>([
    [{ config: ['minimall'] }, 'Did you mean --config minimal?'],
    [{ config: ['EXT4_FS'] }, '--config EXT4_FS=y'],
    [{ config: ['EXT4_FS=yes'] }, 'a value that is not understood'],
    [{ base: 'tiny' }, 'allnoconfig, tinyconfig, defconfig'],
    [{ compiler: 'tcc' }, 'gcc-N'],
    [{ configCheck: 'maybe' }, 'error, warn'],
    [{ jobs: '0' }, 'whole number'],
    [{ sha256: sum }, '--sha256 is for tarballs'],
  ])('refuses %o with: %s', (raw, said) => {
    expect(failure(() => parse(raw))).toContain(said)
  })
})
