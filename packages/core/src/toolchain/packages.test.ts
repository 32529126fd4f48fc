import { describe, expect, test } from 'vitest'
import { debianArchOf } from '../arch/index.ts'
import { ownTargets, toolchainPackages } from './packages.ts'
import type { ToolchainSpec } from './toolchain.ts'

const spec: ToolchainSpec = { kind: 'build', suite: 'bookworm', compiler: 'gcc', targets: ['x86_64'] }
const names = (changes: Partial<ToolchainSpec> = {}, nodeArch = 'x64') =>
  toolchainPackages({ ...spec, ...changes }, nodeArch).map(({ name }) => name)
const base = names()
const added = (changes: Partial<ToolchainSpec>, nodeArch = 'x64') => names(changes, nodeArch).filter((name) => !base.includes(name))

describe('toolchainPackages', () => {
  test('lists each package once, sorted', () => {
    expect(base).toEqual([...new Set(base)].toSorted())
    expect(base).toEqual(expect.arrayContaining(['gcc', 'make', 'ccache', 'mmdebstrap', 'e2fsprogs']))
  })

  test.for<[string, Partial<ToolchainSpec>, string, readonly string[]]>([
    ['an older gcc', { compiler: 'gcc-11' }, 'x64', ['gcc-11']],
    ['clang, with the linker and tools of LLVM=1', { compiler: 'clang-18' }, 'x64', ['clang-18', 'lld-18', 'llvm-18']],
    ['static 32-bit programs on a 64-bit PC', { targets: ['x86_64', 'i386'] }, 'x64', ['gcc-multilib']],
    ['those of an older gcc', { targets: ['i386'], compiler: 'gcc-11' }, 'x64', ['gcc-11', 'gcc-11-multilib']],
    [
      'cross compilers from the table',
      { targets: ['x86_64', 'i386'] },
      'arm64',
      ['gcc-i686-linux-gnu', 'gcc-x86-64-linux-gnu', 'libc6-dev-amd64-cross', 'libc6-dev-i386-cross'],
    ],
    ['cross compilers of a version', { compiler: 'gcc-11' }, 'arm64', ['gcc-11', 'gcc-11-x86-64-linux-gnu', 'libc6-dev-amd64-cross']],
    ['keys of Debian on Ubuntu', { suite: 'noble' }, 'x64', ['debian-archive-keyring']],
    [
      'QEMU, ssh and what unpacks rpm packages for the whole tool',
      { kind: 'whole' },
      'x64',
      ['libarchive-tools', 'openssh-client', 'qemu-system-x86', 'util-linux'],
    ],
  ])('adds %s', ([, changes, nodeArch, expected]) => {
    expect(added(changes, nodeArch)).toEqual(expected)
  })

  test.for(['tcc', 'gcc12', 'clang-', '/usr/bin/gcc', 'gcc-12; reboot'])('refuses the compiler %j', (compiler) => {
    expect(() => names({ compiler })).toThrow(expect.objectContaining({ code: 'BAD_COMPILER' }))
  })
})

test('a machine has a Debian name and architectures that it builds without a cross compiler', () => {
  expect(['x64', 'arm64'].map(debianArchOf)).toEqual(['amd64', 'arm64'])
  expect(ownTargets('x64')).toEqual(['x86_64', 'i386'])
  expect(ownTargets('arm64')).toEqual(['x86_64', 'i386'])
})
