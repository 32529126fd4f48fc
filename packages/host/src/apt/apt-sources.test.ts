import { describe, expect, it } from 'vitest'
import { archiveSources, parseDeb822Sources, parseOneLineSources } from './apt-sources.ts'

const deb822 = `# A mirror
Types: deb deb-src
# a comment inside
URIs: http://mirror.test/debian
Suites: bookworm bookworm-updates
Components: main contrib
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://mirror.test/debian-security
Suites: bookworm-security
Components: main

Enabled: no
Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main

Types: deb-src
URIs: http://source.test/debian
Suites: bookworm
Components: main

Types: deb
URIs: https://vendor.test/debian
Suites: bookworm
Components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 abc
 -----END PGP PUBLIC KEY BLOCK-----
`

describe('apt sources', () => {
  it('apt sources are read from deb822 files', () => {
    const sources = parseDeb822Sources(deb822, 'debian.sources')
    expect(sources.map(({ uri, suite }) => [uri, suite])).toEqual([
      ['http://mirror.test/debian', 'bookworm'],
      ['http://mirror.test/debian', 'bookworm-updates'],
      ['http://mirror.test/debian-security', 'bookworm-security'],
      ['https://vendor.test/debian', 'bookworm'],
    ])
    expect(sources[0]).toEqual({
      uri: 'http://mirror.test/debian',
      suite: 'bookworm',
      components: ['main', 'contrib'],
      keyring: '/usr/share/keyrings/debian-archive-keyring.gpg',
      armoredKey: undefined,
      file: 'debian.sources',
    })
    expect(sources[3]?.armoredKey).toBe('-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nabc\n-----END PGP PUBLIC KEY BLOCK-----\n')
  })

  it('apt sources are read from one-line files', () => {
    const text = `# deb http://off.test/debian bookworm main
deb [arch=amd64 signed-by=/k/ubuntu-archive-keyring.gpg] http://mirror.test/ubuntu/ jammy main universe # here
deb-src http://mirror.test/ubuntu/ jammy main
deb http://flat.test/repo ./
`
    expect(
      parseOneLineSources(text, 'sources.list').map(({ uri, suite, components, keyring }) => [uri, suite, components, keyring]),
    ).toEqual([
      ['http://mirror.test/ubuntu/', 'jammy', ['main', 'universe'], '/k/ubuntu-archive-keyring.gpg'],
      ['http://flat.test/repo', './', [], undefined],
    ])
  })
})

describe('archiveSources', () => {
  const urisFor = (text: string, suite: string): readonly string[] =>
    archiveSources(parseOneLineSources(text, 'f'), suite).map(({ uri }) => uri)

  it('archiveSources takes the archive, not a vendor with the same suite and component', () => {
    const text = 'deb [signed-by=/k/vendor.gpg] https://vendor.test bookworm main\ndeb http://mirror.test/debian bookworm main\n'
    expect(urisFor(text, 'bookworm')).toEqual(['http://mirror.test/debian'])
  })

  it('archiveSources takes an archive of another suite when there is none for this one', () => {
    expect(urisFor('deb http://mirror.test/debian bookworm main\n', 'trixie')).toEqual(['http://mirror.test/debian'])
  })

  it('archiveSources prefers the source of the same suite', () => {
    const text = 'deb [signed-by=/k/debian-archive-keyring.gpg] http://a.test/debian bookworm main\ndeb http://b.test/debian trixie main\n'
    expect(urisFor(text, 'trixie')).toEqual(['http://b.test/debian', 'http://a.test/debian'])
  })

  it('archiveSources takes a mirror with an unusual name when it is used for the suite', () => {
    expect(urisFor('deb http://intern.test/repo bookworm main\n', 'bookworm')).toEqual(['http://intern.test/repo'])
    expect(urisFor('deb http://intern.test/repo bookworm main\n', 'trixie')).toEqual([])
  })

  it('archiveSources leaves out sources without http, security suites, flat archives and other components', () => {
    const text =
      'deb file:/srv/debian bookworm main\ndeb cdrom:[x]/ bookworm main\ndeb http://m.test/debian-security bookworm-security main\ndeb http://flat.test/debian ./\ndeb http://m.test/debian bookworm stable\n'
    expect(urisFor(text, 'bookworm')).toEqual([])
  })
})
