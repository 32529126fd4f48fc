import { describe, expect, it } from 'vitest'
import { originOfRelease } from './release-name.ts'

describe('the release of a kernel', () => {
  it.each([
    ['5.10.0-46-amd64', 'debian:11'],
    ['6.1.0-50-cloud-amd64', 'debian:12/cloud'],
    ['6.1.0-50-rt-amd64', 'debian:12/rt'],
    ['6.12.95+deb12-cloud-amd64', 'debian:12-backports/cloud'],
    ['6.12.118+deb13-amd64', 'debian:13'],
    ['7.3.4+deb13-cloud-amd64', 'debian:13-backports/cloud'],
    ['7.2.13+deb14-amd64', 'debian:sid'],
  ])('%s is that of %s, and of its own package', (release, reference) => {
    expect(originOfRelease(release, 'amd64')).toEqual({ kind: 'debian', reference, package: `deb:linux-image-${release}` })
  })

  it('for i386 ends with another word', () => {
    expect(originOfRelease('6.1.0-50-rt-686-pae', '686-pae')).toMatchObject({ reference: 'debian:12/rt' })
  })

  it.each(['6.8.5-301.fc40.x86_64', '5.14.0-427.13.1.el9_4.x86_64', '6.4.0-150600.21-default'])(
    '%s comes from an rpm package',
    (release) => {
      expect(originOfRelease(release, 'amd64')).toEqual({ kind: 'rpm' })
    },
  )

  it.each(['6.12.0', '6.12.0-rc3-g1234', '6.8.0-31-generic', '9.9.9-amd64'])('%s is of no distribution that is known by it', (release) => {
    expect(originOfRelease(release, 'amd64')).toBeUndefined()
  })
})
