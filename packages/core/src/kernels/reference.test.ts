import { describe, expect, it } from 'vitest'
import { UserError } from '../errors/index.ts'
import { locateKernelReference, parseKernelReference, renderKernelReference } from './reference.ts'

const digest = `sha256:${'ab'.repeat(32)}`
const sum = `sha256=${'ab'.repeat(32)}`

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
    ['oci:./layout', { kind: 'oci', place: { kind: 'layout', path: './layout' }, digest: undefined }],
    [`oci:/l@${digest}`, { kind: 'oci', place: { kind: 'layout', path: '/l' }, digest }],
    [
      `oci:localhost:5000/ci/kernels@${digest}`,
      { kind: 'oci', place: { kind: 'registry', host: 'localhost:5000', name: 'ci/kernels' }, digest },
    ],
    ['./debian:12', { kind: 'path', path: './debian:12' }],
    ['rpm:kernel', { kind: 'rpm', package: 'kernel', version: undefined }],
    ['rpm:kernel-core=6.11.4-301.fc41', { kind: 'rpm', package: 'kernel-core', version: '6.11.4-301.fc41' }],
    [
      `rpm:https://a.test/x.rpm#${sum},file:///y.rpm#${sum}`,
      {
        kind: 'addresses',
        format: 'rpm',
        files: [
          { url: 'https://a.test/x.rpm', sha256: 'ab'.repeat(32) },
          { url: 'file:///y.rpm', sha256: 'ab'.repeat(32) },
        ],
      },
    ],
    ['mainline:v6.13-rc3', { kind: 'mainline', version: '6.13-rc3', flavour: undefined }],
    ['mainline:6.12.8/lowlatency', { kind: 'mainline', version: '6.12.8', flavour: 'lowlatency' }],
    ['koji:kernel-rt-6.11.4-301.fc41', { kind: 'koji', name: 'kernel-rt', version: '6.11.4', release: '301.fc41' }],
  ])('%s is understood', (raw, expected) => {
    expect(parseKernelReference(raw)).toEqual(expected)
  })

  it.each([
    'debian:12/cloud',
    'debian:13-backports',
    'deb:linux-image-amd64=6.1.176-1',
    'a.deb,b.deb',
    'host',
    `oci:registry.test/kernels@${digest}`,
    'oci:layout',
    'ubuntu:22.04',
    './vmlinux',
    'rpm:kernel-core=6.11.4-301.fc41',
    'mainline:6.12.8/lowlatency',
    'koji:kernel-6.11.4-301.fc41',
    `deb:https://a.test/x.deb#${sum}`,
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
    ['oci:', 'names no image', /oci:DIR/],
    ['oci:registry.test/kernels:6.6', 'a tag may be another kernel tomorrow', /oci:registry\.test\/kernels@sha256:…/],
    ['oci:registry.test/kernels@sha256:12', "'sha256:12' is not a digest", /oci:REGISTRY\/NAME@sha256/],
    [`oci:kernels@${digest}`, "'kernels' is not the name of an image with its registry", /oci:REGISTRY/],
    [`oci:registry.test/../x@${digest}`, 'is not the name of an image', /oci:REGISTRY/],
    ['rpm:https://a.test/x.rpm', 'has no checksum', /#sha256=…; `sha256sum FILE` prints it/],
    ['rpm:https://a.test/x.rpm#sha1=12', "'sha1=12' is not a checksum", /sha256sum/],
    [`rpm:ftp://a.test/x.rpm#${sum}`, 'is not an address with http, https or file', /https:/],
    ['rpm:kernel=6.11.4', "'6.11.4' is not VERSION-RELEASE", /rpm:kernel=6\.11/],
    ['rpm:../kernel', "'../kernel' is not the name of a package", /rpm:kernel/],
    ['mainline:latest', "'latest' is not a version of the kernel", /mainline:6\.12\.8/],
    ['mainline:6.12/../x', "'../x' is not a flavour", /mainline:6\.12\/generic/],
    ['koji:kernel', 'is not NAME-VERSION-RELEASE of a build', /koji:kernel-6/],
    ['koji:kernel-..-..', 'is not NAME-VERSION-RELEASE', /koji:kernel-6/],
    ['koji:kernel-../..-x', 'is not NAME-VERSION-RELEASE', /koji:kernel-6/],
  ])('%s is refused with what is allowed', (raw, text, hint) => {
    const error = refusalOf(raw)
    expect(error.code).toBe('BAD_KERNEL_REFERENCE')
    expect(error.message).toContain(text)
    expect(error.hint).toMatch(hint)
  })

  it('paths of kernelkit.yaml are made absolute, names of packages are left alone', () => {
    const at = (path: string): string => `/project/${path}`
    const located = (raw: string): string => renderKernelReference(locateKernelReference(parseKernelReference(raw), at))
    expect(['build', 'a.deb,b.deb', 'debian:12', 'deb:linux-image-amd64', 'host', 'oci:l'].map(located)).toEqual([
      '/project/build',
      '/project/a.deb,/project/b.deb',
      'debian:12',
      'deb:linux-image-amd64',
      'host',
      'oci:/project/l',
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
