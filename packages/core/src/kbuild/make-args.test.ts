import { describe, expect, it } from 'vitest'
import { parseArch } from '../arch/index.ts'
import { commonDirectory, makeArgv, type MakeOptions } from './make-args.ts'
import { ccacheEnvironment, compileEnvironment, makeEnvironment } from './make-environment.ts'

const options: MakeOptions = {
  arch: parseArch('x86_64'),
  source: '/s/tree',
  build: '/s/out/b',
  compiler: 'gcc',
  ccache: true,
  variables: [],
  localVersion: '+',
  btf: false,
  rust: false,
  jobs: 4,
}

describe('makeArgv', () => {
  it('is the whole command line', () => {
    const maps = '-ffile-prefix-map=/s/tree=. -ffile-prefix-map=/s/tree/= -ffile-prefix-map=../../tree/= -ffile-prefix-map=/s/out/b=.'
    expect(makeArgv(options, ['bzImage', 'scripts_gdb'])).toEqual([
      'make',
      '-C',
      '/s/tree',
      'O=/s/out/b',
      '-j4',
      'ARCH=x86_64',
      'CC=ccache gcc',
      'HOSTCC=ccache gcc',
      'KBUILD_BUILD_TIMESTAMP=Thu Jan  1 00:00:00 UTC 1970',
      'KBUILD_BUILD_USER=kernelkit',
      'KBUILD_BUILD_HOST=kernelkit',
      'KBUILD_BUILD_VERSION=1',
      'LOCALVERSION=+',
      'PAHOLE=false',
      'RUSTC=false',
      `KCFLAGS=${maps}`,
      `KAFLAGS=${maps}`,
      'bzImage',
      'scripts_gdb',
    ])
  })

  it('builds in the tree without O=, and lets pahole run for BTF and rustc for Rust', () => {
    const argv = makeArgv({ ...options, build: '/s/tree', btf: true, rust: true, ccache: false }, [])
    expect(argv.some((word) => word.startsWith('O='))).toBe(false)
    expect(argv).not.toContain('PAHOLE=false')
    expect(argv).not.toContain('RUSTC=false')
    expect(argv).toContain('CC=gcc')
    expect(argv).toContain('KCFLAGS=-ffile-prefix-map=/s/tree=. -ffile-prefix-map=/s/tree/=')
  })

  it("takes the user's variables in place of ours, and adds their flags to ours", () => {
    const argv = makeArgv(
      {
        ...options,
        variables: [
          ['KBUILD_BUILD_USER', 'me'],
          ['KCFLAGS', '-O1'],
          ['W', '1'],
        ],
      },
      [],
    )
    expect(argv.filter((word) => word.startsWith('KBUILD_BUILD_USER='))).toEqual(['KBUILD_BUILD_USER=me'])
    expect(argv.find((word) => word.startsWith('KCFLAGS='))).toMatch(/=\. -O1$/)
    expect(argv).toContain('W=1')
  })

  it('names LLVM with its version', () => {
    expect(makeArgv({ ...options, compiler: 'clang-18' }, [])).toEqual(
      expect.arrayContaining(['LLVM=-18', 'CC=ccache clang-18', 'HOSTCC=ccache clang-18']),
    )
    expect(makeArgv({ ...options, compiler: 'clang' }, [])).toContain('LLVM=1')
  })
})

describe('the environment of make', () => {
  it("drops the caller's variables that would shape the kernel unseen", () => {
    const environment = makeEnvironment()
    for (const name of ['CROSS_COMPILE', 'KCFLAGS', 'MAKEFLAGS', 'ARCH', 'KCONFIG_CONFIG'])
      expect(Object.entries(environment)).toContainEqual([name, undefined])
    expect(environment['LC_ALL']).toBe('C')
  })

  it('lets ccache hit from any directory', () => {
    expect(ccacheEnvironment({ directory: '/c', source: '/home/u/linux', build: '/home/u/.cache/b' })).toEqual({
      CCACHE_DIR: '/c',
      CCACHE_COMPILERCHECK: 'content',
      CCACHE_NOHASHDIR: '1',
      CCACHE_BASEDIR: '/home/u',
    })
    expect(commonDirectory('/work/a', '/home/b')).toBe('/')
  })

  it('has variables of ccache only where the compiler runs through it', () => {
    const make = { source: '/src', build: '/b' }
    expect(compileEnvironment({ ...make, ccache: false }, '/c')).toEqual(makeEnvironment())
    expect(compileEnvironment({ ...make, ccache: true }, '/c')).toMatchObject({ LC_ALL: 'C', CCACHE_DIR: '/c' })
  })
})
