import { describe, expect, test } from 'vitest'
import { parseDpkgStatus } from './installed-packages.ts'
import { parseRelease } from './release.ts'

test('parseRelease reads a signed Release file', () => {
  const text = `-----BEGIN PGP SIGNED MESSAGE-----
Hash: SHA256

Suite: oldstable
Codename: bookworm
Date: Sat, 11 Jul 2026 10:16:37 UTC
Valid-Until: Sat, 18 Jul 2026 10:16:37 UTC
Architectures: all amd64 i386
Components: main updates/contrib
`
  expect(parseRelease(text)).toEqual({
    date: Date.UTC(2026, 6, 11, 10, 16, 37) / 1000,
    validUntil: Date.UTC(2026, 6, 18, 10, 16, 37) / 1000,
    suite: 'oldstable',
    architectures: ['all', 'amd64', 'i386'],
    components: ['main', 'contrib'],
  })
})

test('parseRelease refuses a page of a captive portal', () => {
  expect(parseRelease('<html>please log in</html>')).toBeUndefined()
})

describe('parseDpkgStatus', () => {
  test('lists what is installed, by name, and leaves out what was removed', () => {
    const text = `Package: udev\nStatus: install ok installed\nArchitecture: amd64\nVersion: 252.39-1\nDescription: x\n continued\n\nPackage: gone\nStatus: deinstall ok config-files\nArchitecture: amd64\nVersion: 1\n\nPackage: base-files\nStatus: install ok installed\nArchitecture: amd64\nVersion: 12.4\n`
    expect(parseDpkgStatus(text)).toEqual([
      { name: 'base-files', version: '12.4', architecture: 'amd64' },
      { name: 'udev', version: '252.39-1', architecture: 'amd64' },
    ])
  })
})
