import { describe, expect, it } from 'vitest'
import { collectKernelPackages, compareVersions, findPackage, findSymbols, listFlavours, parsePackageIndex } from './package-index.ts'

// Stanzas of Debian's Packages files for bookworm, trixie-backports and sid, shortened.
const text = `Package: linux-image-6.1.0-50-cloud-amd64
Source: linux-signed-amd64 (6.1.176+1)
Version: 6.1.176-1
Architecture: amd64
Depends: kmod, linux-base (>= 4.3~), initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool
Filename: pool/main/l/linux-signed-amd64/linux-image-6.1.0-50-cloud-amd64_6.1.176-1_amd64.deb
Size: 26484304
SHA256: aa

Package: linux-image-6.1.0-50-cloud-amd64-dbg
Version: 6.1.176-1
Filename: pool/x
Size: 1
SHA256: ab

Package: linux-image-cloud-amd64
Version: 6.1.176-1
Depends: linux-image-6.1.0-50-cloud-amd64 (= 6.1.176-1)
Filename: pool/main/l/linux-signed-amd64/linux-image-cloud-amd64_6.1.176-1_amd64.deb
Size: 1500
SHA256: ac

Package: linux-image-amd64
Version: 7.2.13-1
Depends: linux-base-amd64 (= 7.2.13-1), linux-image-7.2.13+deb14-amd64 (= 7.2.13-1)
Filename: pool/meta
Size: 1500
SHA256: ba

Package: linux-base-amd64
Version: 7.2.13-1
Depends: linux-base-7.2.13+deb14-amd64 (= 7.2.13-1)
Filename: pool/base-meta
Size: 1220
SHA256: bb

Package: linux-image-7.2.13+deb14-amd64
Version: 7.2.13-1
Depends: dracut | initramfs-tools (>= 0.120+deb8u2) | linux-initramfs-tool, linux-base-7.2.13+deb14-amd64 (= 7.2.13-1), linux-binary-7.2.13+deb14-amd64 (= 7.2.13-1), linux-modules-7.2.13+deb14-amd64 (= 7.2.13-1)
Filename: pool/image
Size: 1916
SHA256: bc

Package: linux-binary-7.2.13+deb14-amd64
Version: 7.2.13-1
Depends: linux-base-7.2.13+deb14-amd64 (= 7.2.13-1)
Filename: pool/binary
Size: 13717736
SHA256: bd

Package: linux-modules-7.2.13+deb14-amd64
Version: 7.2.13-1
Depends: kmod, linux-base-7.2.13+deb14-amd64 (= 7.2.13-1)
Filename: pool/modules
Size: 23451956
SHA256: be

Package: linux-base-7.2.13+deb14-amd64
Version: 7.2.13-1
Filename: pool/base
Size: 417436
SHA256: bf

Package: linux-image-6.19.14+deb13-cloud-amd64
Version: 6.19.14-1~bpo13+1
Depends: kmod, linux-modules-6.19.14+deb13-cloud-amd64 (= 6.19.14-1~bpo13+1)
Filename: pool/old
Size: 2072
SHA256: ca

Package: linux-doc
Version: 6.1.176-1
Filename: pool/doc
Size: 2
SHA256: cb
`
const index = parsePackageIndex(text, 'http://mirror.test/debian')

const partsOf = (name: string): unknown => {
  const first = findPackage(index, name)
  const offered = first === undefined ? undefined : collectKernelPackages(index, first)
  return offered?.kind === 'complete' ? offered.packages.map((one) => one.name) : offered
}

describe('the index of an archive', () => {
  it('keeps parts of kernels, and neither debug symbols nor other packages', () => {
    expect(index.map(({ name }) => name)).not.toContain('linux-doc')
    expect(index.map(({ name }) => name)).not.toContain('linux-image-6.1.0-50-cloud-amd64-dbg')
    expect(index[0]).toMatchObject({
      name: 'linux-image-6.1.0-50-cloud-amd64',
      version: '6.1.176-1',
      archive: 'http://mirror.test/debian',
      depends: ['kmod', 'linux-base', 'initramfs-tools'],
      path: 'pool/main/l/linux-signed-amd64/linux-image-6.1.0-50-cloud-amd64_6.1.176-1_amd64.deb',
      bytes: 26_484_304,
      sha256: 'aa',
    })
  })

  it('a kernel in one package is found through its metapackage', () => {
    expect(partsOf('linux-image-cloud-amd64')).toEqual(['linux-image-cloud-amd64', 'linux-image-6.1.0-50-cloud-amd64'])
  })

  it('a kernel in three packages is collected by what they depend on', () => {
    expect(partsOf('linux-image-amd64')).toEqual([
      'linux-image-amd64',
      'linux-base-amd64',
      'linux-image-7.2.13+deb14-amd64',
      'linux-base-7.2.13+deb14-amd64',
      'linux-binary-7.2.13+deb14-amd64',
      'linux-modules-7.2.13+deb14-amd64',
    ])
  })

  it('a kernel whose modules are gone from the mirror is incomplete', () => {
    expect(partsOf('linux-image-6.19.14+deb13-cloud-amd64')).toEqual({
      kind: 'incomplete',
      missing: 'linux-modules-6.19.14+deb13-cloud-amd64',
    })
  })

  it('debug symbols belong to the image of their version, and are not listed as a kernel', () => {
    expect(findPackage(index, 'linux-image-6.1.0-50-cloud-amd64')?.symbols).toMatchObject({
      name: 'linux-image-6.1.0-50-cloud-amd64-dbg',
      version: '6.1.176-1',
      path: 'pool/x',
      sha256: 'ab',
    })
    expect(index.filter(({ name }) => name.endsWith('-dbg'))).toEqual([])
    const unsigned = text.replaceAll('6.1.0-50-cloud-amd64\nSource', '6.1.0-50-cloud-amd64-unsigned\nSource')
    expect(findPackage(parsePackageIndex(unsigned, 'x'), 'linux-image-6.1.0-50-cloud-amd64-unsigned')?.symbols?.sha256).toBe('ab')
    const image = findPackage(index, 'linux-image-6.1.0-50-cloud-amd64')
    expect(findSymbols(index, image === undefined ? [] : [image])?.sha256).toBe('ab')
    // Those of a metapackage are empty.
    const empty = 'Package: linux-image-cloud-amd64-dbg\nVersion: 6.1.176-1\nFilename: pool/m\nSize: 1\nSHA256: ee\n'
    const withEmpty = parsePackageIndex(`${text}\n\n${empty}`, 'x')
    const first = findPackage(withEmpty, 'linux-image-cloud-amd64')
    expect(first?.symbols?.sha256).toBe('ee')
    const all = first === undefined ? undefined : collectKernelPackages(withEmpty, first)
    expect(all?.kind === 'complete' ? findSymbols(withEmpty, all.packages)?.sha256 : all).toBe('ab')
    const other = text.replace('dbg\nVersion: 6.1.176-1', 'dbg\nVersion: 6.1.170-1')
    expect(findPackage(parsePackageIndex(other, 'x'), 'linux-image-6.1.0-50-cloud-amd64')?.symbols).toBeUndefined()
  })

  it('flavours are read from the names of metapackages', () => {
    expect(listFlavours(index, 'amd64')).toEqual([
      { flavour: undefined, name: 'linux-image-amd64' },
      { flavour: 'cloud', name: 'linux-image-cloud-amd64' },
    ])
  })

  // Each smaller than the next, as `dpkg --compare-versions` says.
  it.each([[['1.0~rc1', '1.0', '1.0-1~bpo1', '1.0-1', '1.0-1+b1', '1.0.1-1', '1.2-1', '1.10-1', '2-1', '1:0.1-1']]])(
    'versions are compared as dpkg compares them: %s',
    (versions) => {
      expect(versions.toReversed().toSorted(compareVersions)).toEqual(versions)
    },
  )
})
