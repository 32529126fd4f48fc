import { describe, expect, it } from 'vitest'
import { listKernelOffers, matchesGlob, type ReleaseIndex } from './kernel-offers.ts'
import type { ArchivePackage } from './package-index.ts'

const one = (name: string, version: string, depends: readonly string[] = [], bytes = 1000): ArchivePackage => ({
  name,
  version,
  archive: 'http://mirror.test/debian',
  depends,
  path: `pool/${name}.deb`,
  bytes,
  sha256: `${name} ${version}`,
})
const image = (release: string, version: string): ArchivePackage => one(`linux-image-${release}-cloud-amd64`, version, ['kmod'], 25e6)
const bookworm: ReleaseIndex = {
  release: 'debian:12',
  suite: 'bookworm',
  packages: [
    one('linux-image-cloud-amd64', '6.1.170-3', ['linux-image-6.1.0-49-cloud-amd64']),
    one('linux-image-cloud-amd64', '6.1.176-1', ['linux-image-6.1.0-50-cloud-amd64']),
    image('6.1.0-49', '6.1.170-3'),
    image('6.1.0-50', '6.1.176-1'),
    one('linux-image-6.1.0-50-cloud-amd64-unsigned', '6.1.176-1'),
    one('linux-image-6.12-cloud-amd64', '6.12.90-1', ['linux-image-6.12.90+deb12-cloud-amd64']),
    image('6.12.90+deb12', '6.12.90-1'),
  ],
}
const sid: ReleaseIndex = {
  release: 'debian:sid',
  suite: 'sid',
  packages: [
    one('linux-image-cloud-amd64', '7.2-1', ['linux-image-7.2-cloud-amd64']),
    one('linux-image-7.2-cloud-amd64', '7.2-1', ['linux-binary-7.2-cloud-amd64', 'linux-modules-7.2-cloud-amd64']),
    one('linux-binary-7.2-cloud-amd64', '7.2-1', [], 14e6),
    one('linux-modules-7.2-cloud-amd64', '7.2-1', [], 9e6),
    one('linux-image-7.1-cloud-amd64', '7.1-1', ['linux-binary-7.1-cloud-amd64']),
    image('6.1.0-49', '6.1.170-4'),
  ],
}

describe('the kernels of mirrors', () => {
  const { offers, broken } = listKernelOffers([bookworm, sid], 'amd64')

  it('have short names for the newest of each flavour, and names of packages for the others, with a version where two have the name', () => {
    expect(offers.map(({ reference, name, version }) => [reference, name, version])).toEqual([
      ['debian:12/6.12-cloud', 'linux-image-6.12.90+deb12-cloud-amd64', '6.12.90-1'],
      ['debian:12/cloud', 'linux-image-6.1.0-50-cloud-amd64', '6.1.176-1'],
      ['debian:sid/cloud', 'linux-image-7.2-cloud-amd64', '7.2-1'],
      ['deb:linux-image-6.1.0-49-cloud-amd64=6.1.170-3', 'linux-image-6.1.0-49-cloud-amd64', '6.1.170-3'],
      ['deb:linux-image-6.1.0-49-cloud-amd64=6.1.170-4', 'linux-image-6.1.0-49-cloud-amd64', '6.1.170-4'],
    ])
  })

  it('are as large as the packages with their files, without what only leads to them', () => {
    const split = offers.find(({ reference }) => reference === 'debian:sid/cloud')
    expect(split?.packages.map(({ name }) => name)).toEqual([
      'linux-image-7.2-cloud-amd64',
      'linux-binary-7.2-cloud-amd64',
      'linux-modules-7.2-cloud-amd64',
    ])
    expect(split?.bytes).toBe(23_001_000)
  })

  it('are left out when the mirror no longer has a part, which is named', () => {
    expect(broken).toEqual([
      { name: 'linux-image-7.1-cloud-amd64', version: '7.1-1', suite: 'sid', missing: 'linux-binary-7.1-cloud-amd64' },
    ])
  })

  it.each([
    ['debian:1*', 'debian:12/cloud', true],
    ['debian:1?', 'debian:12/cloud', false],
    ['cloud', 'debian:12/cloud', true],
    ['*6.1.*', 'linux-image-6.1.0-50', true],
    ['*6.1.*', 'linux-image-6.12.90', false],
    ['[a]*', '[a]b', true],
  ])('the pattern %s fits %s: %s', (glob, text, expected) => {
    expect(matchesGlob(glob, text)).toBe(expected)
  })
})
