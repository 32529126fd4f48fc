import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { locateKernelReference, parseKernelReference, renderKernelReference } from './reference.ts'

describe('a kernel reference', () => {
  it.each([
    ['arch/x86/boot/bzImage', { kind: 'path', path: 'arch/x86/boot/bzImage' }],
    ['.', { kind: 'path', path: '.' }],
    ['deb:linux-image-amd64', { kind: 'deb', package: 'linux-image-amd64', version: undefined }],
    ['deb:linux-image-6.1.0-50-cloud-amd64=6.1.176-1', { kind: 'deb', package: 'linux-image-6.1.0-50-cloud-amd64', version: '6.1.176-1' }],
    ['debian:12', { kind: 'distribution', distribution: 'debian', suite: 'bookworm', backports: false, flavour: undefined }],
    ['debian:bookworm/cloud', { kind: 'distribution', distribution: 'debian', suite: 'bookworm', backports: false, flavour: 'cloud' }],
    ['debian:13-backports/rt', { kind: 'distribution', distribution: 'debian', suite: 'trixie', backports: true, flavour: 'rt' }],
    ['debian:unstable', { kind: 'distribution', distribution: 'debian', suite: 'sid', backports: false, flavour: undefined }],
    ['ubuntu:24.04/generic', { kind: 'distribution', distribution: 'ubuntu', suite: 'noble', backports: false, flavour: 'generic' }],
    ['kernel.deb', { kind: 'package-files', format: 'deb', paths: ['kernel.deb'] }],
    ['./a.deb,b/c.deb', { kind: 'package-files', format: 'deb', paths: ['./a.deb', 'b/c.deb'] }],
    ['kernel-core.rpm', { kind: 'package-files', format: 'rpm', paths: ['kernel-core.rpm'] }],
    ['host', { kind: 'host' }],
    ['./debian:12', { kind: 'path', path: './debian:12' }],
  ])('%s is understood', (raw, expected) => {
    expect(parseKernelReference(raw)).toEqual(expected)
  })

  it.each([
    'debian:12/cloud',
    'debian:13-backports',
    'deb:linux-image-amd64=6.1.176-1',
    'a.deb,b.deb',
    'host',
    'ubuntu:22.04',
    './vmlinux',
  ])('%s is written as it was read', (raw) => {
    expect(renderKernelReference(parseKernelReference(raw))).toBe(raw)
  })

  it.each([
    ['debian:15', "'15' is not a release of debian; allowed: 11, 12, 13, testing, sid, experimental", /Did you mean debian:1\d\?/],
    ['debian:bokworm-backports', "'bokworm' is not a release", /Did you mean debian:bookworm-backports\?/],
    ['debian:sid-backports', 'sid has no backports', /Write debian:sid\./],
    ['debian:12/', "'' is not a flavour", /debian:12\/cloud/],
    ['debain:12', "'debain:' does not name a place for kernels", /Did you mean debian:12\?/],
    ['deb:Linux', "'Linux' is not the name of a package", /deb:linux-image-amd64/],
    ['deb:linux-image-amd64=', "'' is not the version of a package", /deb:linux-image-amd64=/],
    ['v6.12', 'names source', /kernelkit build/],
  ])('%s is refused with what is allowed', (raw, text, hint) => {
    const error = refusalOf(raw)
    expect(error.code).toBe('BAD_KERNEL_REFERENCE')
    expect(error.message).toContain(text)
    expect(error.hint).toMatch(hint)
  })

  it('an image of a registry is refused as not yet supported', () => {
    expect(refusalOf('oci:name@sha256:00').code).toBe('NOT_YET')
  })

  it('paths of kernelkit.yaml are made absolute, names of packages are left alone', () => {
    const at = (path: string): string => `/project/${path}`
    const located = (raw: string): string => renderKernelReference(locateKernelReference(parseKernelReference(raw), at))
    expect(['build', 'a.deb,b.deb', 'debian:12', 'deb:linux-image-amd64', 'host'].map(located)).toEqual([
      '/project/build',
      '/project/a.deb,/project/b.deb',
      'debian:12',
      'deb:linux-image-amd64',
      'host',
    ])
  })
})

function refusalOf(raw: string): UserError {
  try {
    parseKernelReference(raw)
  } catch (error) {
    if (error instanceof UserError) return error
  }
  throw new Error(`${raw} was not refused`)
}
