import { expect, it } from 'vitest'
import { compileEnvironment } from './make-environment.ts'

it("hides what the caller's shell says from make and from ccache, the language included", () => {
  const environment = compileEnvironment({ ccache: true, source: '/store/source/k/tree', build: '/store/build/b/out' }, '/store/ccache')
  const caller = { ARCH: 'arm64', KCFLAGS: '-O0', LANG: 'de_DE.UTF-8', LC_CTYPE: 'C.UTF-8', PATH: '/bin' }
  const seen = Object.fromEntries(Object.entries({ ...caller, ...environment }).filter(([, value]) => value !== undefined))
  expect(seen).toEqual({
    PATH: '/bin',
    LC_ALL: 'C',
    CCACHE_DIR: '/store/ccache',
    CCACHE_COMPILERCHECK: 'content',
    CCACHE_NOHASHDIR: '1',
    CCACHE_BASEDIR: '/store',
  })
})
