import { describe, expect, test } from 'vitest'
import { explainBootstrapFailure } from './bootstrap-failure.ts'

const from = { suite: 'bookworm', mirror: 'http://mirror.example/debian' }

describe('explainBootstrapFailure', () => {
  test.for([
    ["apt's missing package", 'Reading package lists...\nE: Unable to locate package nosuch\nE: setup failed', 'PACKAGE_NOT_FOUND'],
    ['a virtual package', "E: Package 'awk' has no installation candidate", 'PACKAGE_NOT_FOUND'],
    ["debootstrap's missing package", "E: Couldn't find these debs: foo bar", 'PACKAGE_NOT_FOUND'],
    ['a full disk', 'dpkg: error processing archive x (--unpack):\n failed to write: No space left on device', 'DISK_FULL'],
    [
      'an unknown key',
      'The following signatures could not be verified because the public key is not available: NO_PUBKEY 6ED0E7B8',
      'MIRROR_NOT_TRUSTED',
    ],
    ['a mirror that vanished', "E: Failed to fetch http://mirror.example/x.deb  Could not resolve 'mirror.example'", 'MIRROR_UNREACHABLE'],
  ] as const)('explains %s', ([, output, code]) => {
    expect(explainBootstrapFailure(output, from)).toMatchObject({ code })
  })

  test('names every missing package once', () => {
    expect(
      explainBootstrapFailure('E: Unable to locate package a1\nE: Unable to locate package b2\nE: Unable to locate package a1', from)
        ?.details,
    ).toMatchObject({ packages: ['a1', 'b2'] })
  })

  test('says what to do in a container in words of the engine', () => {
    const hintOf = (output: string) => explainBootstrapFailure(output, { ...from, where: 'container' })?.hint
    expect(hintOf('write failed: No space left on device')).toMatch(/docker system prune/)
    expect(hintOf("E: Failed to fetch x  Could not resolve 'mirror.example'")).toMatch(
      /containers of this engine may not reach the network/,
    )
    expect(hintOf('NO_PUBKEY 6ED0E7B8')).toMatch(/Signed-By/)
  })

  test('is undefined for other failures', () => {
    expect(explainBootstrapFailure('E: something new', from)).toBeUndefined()
  })
})
