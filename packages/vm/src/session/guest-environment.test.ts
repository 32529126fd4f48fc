import { describe, expect, it } from 'vitest'
import { guestEnvironment, keptEnvironment } from './guest-environment.ts'

const user = {
  env: { PATH: '/home/me/.cargo/bin:/usr/bin::bin:/tmp/tools:/tmp/shared/bin', LANG: 'C' },
  home: '/home/me',
  uid: 1000,
  gid: 100,
}
const host = { root: { kind: 'host' }, shares: { mounts: [{ tag: 's0', at: '/tmp/shared', mode: 'ro' }] } } as const
const image = { ...host, root: { kind: 'image' } } as const
const own = { env: [], user: undefined }

describe('guestEnvironment', () => {
  it("appends the host's PATH in a guest with the host's root, without directories that it does not see", () => {
    expect(guestEnvironment(user, host, own)['PATH']).toBe(
      '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/home/me/.cargo/bin:/tmp/shared/bin',
    )
    expect(guestEnvironment(user, image, own)).not.toHaveProperty('PATH')
  })

  it('lets --env replace every variable', () => {
    expect(guestEnvironment(user, host, { ...own, env: [{ name: 'PATH', value: '/bin' }] })['PATH']).toBe('/bin')
  })

  it.each([host, image])('names an ordinary user as the owner of shared files, with $root.kind, but not to another user', (guest) => {
    expect(guestEnvironment(user, guest, own)).toMatchObject({ SUDO_UID: '1000', SUDO_GID: '100' })
    expect(guestEnvironment({ ...user, uid: 0, gid: 0 }, guest, own)).not.toHaveProperty('SUDO_UID')
    const other = guestEnvironment(user, guest, { ...own, user: 'guest' })
    expect(other).not.toHaveProperty('SUDO_UID')
    expect(other).not.toHaveProperty('HOME')
  })
})

describe('keptEnvironment', () => {
  it("gives a later command the run's variables, and another user no home of the host's", () => {
    const facts = { env: { HOME: '/home/me', PATH: '/bin', odd: 1 } }
    expect(keptEnvironment({ facts }, undefined)).toEqual({ HOME: '/home/me', PATH: '/bin' })
    expect(keptEnvironment({ facts }, 'guest')).toEqual({ PATH: '/bin' })
    expect(keptEnvironment({ facts: { env: null } }, undefined)).toEqual({})
  })
})
