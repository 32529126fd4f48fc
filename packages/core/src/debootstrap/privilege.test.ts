import { describe, expect, test } from 'vitest'
import { chooseBakeTools, chooseContainerTools, type BakeHostFacts } from './privilege.ts'

const user: BakeHostFacts = {
  uid: 1000,
  mmdebstrap: '1.3.5',
  debootstrap: '1.0.128',
  userNamespaces: 'works',
  sudo: { reason: 'a password is required' },
}

describe('chooseBakeTools', () => {
  test.for([
    ['root with both tools', { ...user, uid: 0 }, 'mmdebstrap', 'root'],
    ['root with debootstrap only', { ...user, uid: 0, mmdebstrap: undefined }, 'debootstrap', 'root'],
    ['a user with user namespaces', user, 'mmdebstrap', 'user-namespace'],
    ['a user without them but with sudo', { ...user, userNamespaces: { reason: 'no subuid' }, sudo: 'works' }, 'mmdebstrap', 'sudo'],
    ['a user with debootstrap and sudo', { ...user, mmdebstrap: undefined, sudo: 'works' }, 'debootstrap', 'sudo'],
  ] as const)('chooses for %s', ([, facts, tool, privilege]) => {
    expect(chooseBakeTools(facts)).toMatchObject({ tool, privilege })
  })

  test('says why the better way was not taken', () => {
    expect(chooseBakeTools({ ...user, userNamespaces: { reason: 'no subuid' }, sudo: 'works' }).why.join('\n')).toContain(
      'not a user namespace: no subuid',
    )
  })

  test('lists each way with its reason when none is open', () => {
    expect(() => chooseBakeTools({ ...user, userNamespaces: { reason: 'no subuid' } })).toThrow(
      /uid 1000 has no way to make them: root: you are not; user namespace: no subuid; sudo -n: a password is required/,
    )
  })

  test('names the command that would open the way, and no other', () => {
    const refused = { ...user, userNamespaces: { reason: 'r' } } as const
    expect(() => chooseBakeTools({ ...refused, remedy: 'apt-get install uidmap' })).toThrow(
      expect.objectContaining({ hint: 'Run as root: `apt-get install uidmap`; then try again. Or bake as root.' }),
    )
    expect(() => chooseBakeTools(refused)).toThrow(
      expect.objectContaining({ hint: 'Let this user make user namespaces, as the reason says, or run as root.' }),
    )
  })

  test('names the packages when there is no tool', () => {
    expect(() => chooseBakeTools({ ...user, mmdebstrap: undefined, debootstrap: undefined })).toThrow(
      expect.objectContaining({ code: 'HOST_LACKS', hint: 'Run `apt-get install mmdebstrap uidmap`.' }),
    )
  })
})

test('a container has the rights of its root, and the same tool version', () => {
  expect(chooseContainerTools(user)).toMatchObject({ tool: 'mmdebstrap', toolVersion: '1.3.5', privilege: 'root' })
})
