import { describe, expect, it } from 'vitest'
import { chooseKojiFiles, chooseMainline, chooseRelease, namesInListing, readChecksums, releasesIn } from './remote-lists.ts'

const one = 'ab'.repeat(32)
const two = 'cd'.repeat(32)
// The form of Ubuntu's archive.
const checksums = `Checksums-Sha1:
 ${'12'.repeat(20)}  linux-image-unsigned-6.12.0-061200-generic_6.12.0-061200.202411172241_amd64.deb

Checksums-Sha256:
 ${one}  linux-headers-6.12.0-061200_6.12.0-061200.202411172241_all.deb
 ${one}  linux-image-unsigned-6.12.0-061200-generic_6.12.0-061200.202411172241_amd64.deb
 ${two} *amd64/linux-modules-6.12.0-061200-generic_6.12.0-061200.202411172241_amd64.deb
 ${one}  linux-image-unsigned-6.12.0-061200-lowlatency_6.12.0-061200.202411172241_amd64.deb
 ${one}  linux-image-unsigned-6.12.0-061200-generic-64k_6.12.0-061200.202411172241_arm64.deb
`

describe('lists of servers', () => {
  it('of mainline kernels: image and modules of a flavour with their sha256, and the flavours that there are', () => {
    const files = readChecksums(checksums)
    expect(files).toHaveLength(5)
    expect(chooseMainline(files, { flavour: 'generic', debianArch: 'amd64' })).toEqual({
      files: [
        { name: 'linux-image-unsigned-6.12.0-061200-generic_6.12.0-061200.202411172241_amd64.deb', sha256: one },
        { name: 'linux-modules-6.12.0-061200-generic_6.12.0-061200.202411172241_amd64.deb', sha256: two },
      ],
      flavours: ['generic', 'lowlatency'],
    })
    const rc = [{ name: 'linux-image-unsigned-6.13.0-061300rc3-generic_6.13.0-061300rc3.202412160003_amd64.deb', sha256: one }]
    expect(chooseMainline(rc, { flavour: 'generic', debianArch: 'amd64' }).files).toEqual(rc)
  })

  it('of directories: the names that the page of a server links, and nothing beyond it', () => {
    const page =
      '<a href="?C=N;O=D">Name</a> <a href="/kernel/">Parent</a> <a href="../">..</a> <a class="x" href="v6.12/">v6.12/</a> <A HREF="./kernel-core-6.11.4-301.fc41~rc1.rpm">' +
      '<a href="https://example.org/x">x</a> <a href="v%1b%5b31m/">x</a> <a href="a%2F..%2Fb">b</a> <a href="100%">x</a>'
    expect(namesInListing(page)).toEqual(['v6.12', 'kernel-core-6.11.4-301.fc41~rc1.rpm'])
  })

  it('of Koji builds: core and modules, or the one package of before they were split', () => {
    const build = { name: 'kernel', version: '6.11.4', release: '301.fc41', rpmArch: 'x86_64' }
    const files = (...parts: readonly string[]) => parts.map((part) => `kernel${part}-6.11.4-301.fc41.x86_64.rpm`)
    expect(chooseKojiFiles(files('', '-core', '-devel', '-modules', '-modules-extra'), build)).toEqual(files('-core', '-modules'))
    expect(chooseKojiFiles(files('', '-devel'), build)).toEqual(files(''))
    expect(chooseKojiFiles([], build)).toEqual([])
  })
})

describe('releases of kernel.org', () => {
  // The form of sha256sums.asc; lines may come in any order.
  const sums = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

${one}  ChangeLog-6.12.9
${one}  linux-6.12.9.tar.xz
${two}  linux-6.12.10.tar.xz
${one}  linux-6.12.10.tar.sign
${one}  linux-6.12.tar.gz
${one}  linux-6.12.tar.xz
${one}  linux-6.1.112.tar.xz
${one}  patch-6.12.10.xz
-----BEGIN PGP SIGNATURE-----

iQIz
-----END PGP SIGNATURE-----
`
  const list = readChecksums(sums)

  it('are the tarballs in its list of checksums, oldest first', () => {
    expect(releasesIn(list).map(({ version }) => version)).toEqual(['6.1.112', '6.12', '6.12.9', '6.12.10'])
  })

  it.each([
    ['6.12', '6.12.10'],
    ['6.1', '6.1.112'],
    ['6.12.9', '6.12.9'],
    ['6.12.0', '6.12'],
    ['6.12.1', undefined],
    ['6.2', undefined],
  ])('%s is %s', (version, expected) => {
    expect(chooseRelease(list, version)?.version).toBe(expected)
  })
})
