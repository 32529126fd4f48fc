import { describe, expect, test } from 'vitest'
import { explainBuildFailure, explainPullFailure } from './explain-build-failure.ts'

const facts = { base: 'bootstrap:bookworm', suite: 'bookworm', compiler: 'gcc-99', engine: 'unix:///x.sock' }

describe('explainBuildFailure', () => {
  test.for([
    [
      "E: Unable to locate package gcc-99\nE: Couldn't find any package by glob 'gcc-99'",
      'TOOLCHAIN_PACKAGE',
      "bookworm (bootstrap:bookworm) has no package 'gcc-99'.",
    ],
    ["E: Package 'gcc-99' has no installation candidate", 'TOOLCHAIN_PACKAGE', "'gcc-99'"],
    ["E: You don't have enough free space in /var/cache/apt/archives/.", 'DISK_FULL', 'unix:///x.sock'],
    ['write /layer.tar: no space left on device', 'DISK_FULL', 'unix:///x.sock'],
    ['/bin/sh: 1: apt-get: not found', 'TOOLCHAIN_BASE', 'not Debian-like'],
    ['OCI runtime create failed: exec: "/bin/sh": stat /bin/sh: no such file or directory', 'TOOLCHAIN_BASE', 'not Debian-like'],
    [
      "Err:1 http://m bookworm InRelease\n  Temporary failure resolving 'm'\nE: Unable to locate packages",
      'MIRROR_UNREACHABLE',
      'Temporary failure',
    ],
    ['something else', 'TOOLCHAIN_BUILD', 'something else'],
  ] as const)('%j is %s', ([output, code, message]) => {
    expect(explainBuildFailure(output, facts)).toMatchObject({ code, message: expect.stringContaining(message) })
  })
})

describe('explainPullFailure', () => {
  test.for([
    ['manifest for debian@sha256:00 not found: manifest unknown', 'TOOLCHAIN_BASE'],
    ['pull access denied for x, repository does not exist or may require docker login', 'TOOLCHAIN_BASE'],
    ['Get "https://r/v2/": dial tcp: lookup r: no such host', 'REGISTRY_UNREACHABLE'],
    ['Get "https://r/v2/": net/http: TLS handshake timeout', 'REGISTRY_UNREACHABLE'],
    ['failed to register layer: no space left on device', 'DISK_FULL'],
  ] as const)('%j is %s', ([reason, code]) => {
    expect(explainPullFailure(reason, facts).code).toBe(code)
  })
})
