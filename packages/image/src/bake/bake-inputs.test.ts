import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { givenOptions } from '@kernelkit/core/options'
import { parseImageSpec } from '@kernelkit/core/options/build'
import { nodeHost } from '@kernelkit/host'
import { readBakeInputs } from './bake-inputs.ts'
import { packOverlays } from './overlay.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const read = (raw: Record<string, unknown>) =>
  readBakeInputs(nodeHost({ cwd: directory }), parseImageSpec(givenOptions(raw), { hostArch: 'x86_64' }))
const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVzZXI= ann@desk'

describe('readBakeInputs', () => {
  test('readBakeInputs reads public keys without comment lines', async () => {
    writeFileSync(join(directory, 'keys.pub'), `# mine\n${key}\r\n\nfrom="10.0.2.2" ${key}\n`)
    expect((await read({ sshKey: ['keys.pub'] })).sshKeys).toEqual([key, `from="10.0.2.2" ${key}`])
  })

  test.for([
    ['a missing file', 'nosuch.pub', /no such file/, /\.pub/],
    ['a private key', 'id', /is a private key/, /ssh-keygen -y -f id/],
    ['a private key whose public half is next to it', 'pair', /is a private key/, /--ssh-key pair\.pub\.$/],
    ['something else', 'text', /not an OpenSSH public key/, /ssh-ed25519/],
    ['an empty file', 'empty', /has no key/, /\.pub/],
    ['a directory', '.', /not a file/, /\.pub/],
  ] as const)('readBakeInputs refuses %s', async ([, path, message, hint]) => {
    const secret = '-----BEGIN OPENSSH PRIVATE KEY-----\nb3Blb\n'
    writeFileSync(join(directory, 'id'), secret)
    writeFileSync(join(directory, 'pair'), secret)
    writeFileSync(join(directory, 'pair.pub'), key)
    writeFileSync(join(directory, 'text'), 'hello\n')
    writeFileSync(join(directory, 'empty'), '\n')
    await expect(read({ sshKey: [path] })).rejects.toMatchObject({
      code: 'BAD_SSH_KEY',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  test('readBakeInputs refuses scripts and overlays that are missing or of the wrong kind', async () => {
    writeFileSync(join(directory, 'file'), '')
    await expect(read({ customize: ['nosuch'] })).rejects.toMatchObject({ code: 'IMAGE_INPUT_MISSING' })
    await expect(read({ customize: ['.'] })).rejects.toMatchObject({ code: 'IMAGE_INPUT_MISSING' })
    await expect(read({ overlay: ['nosuch'] })).rejects.toMatchObject({ code: 'IMAGE_INPUT_MISSING' })
    await expect(read({ overlay: ['file'] })).rejects.toMatchObject({
      code: 'IMAGE_INPUT_MISSING',
      message: expect.stringContaining('not a directory'),
    })
  })
})

describe('packOverlays', () => {
  test('packOverlays gives the same archive for the same contents, whatever their dates', async () => {
    const pack = async (name: string) => {
      mkdirSync(join(directory, name, 'etc'), { recursive: true })
      writeFileSync(join(directory, name, 'etc', 'motd'), 'hello\n')
      await using packed = await packOverlays(nodeHost(), { overlays: [join(directory, name)] })
      return packed?.sha256
    }
    const first = await pack('a')
    await nodeHost().sleep(1100)
    expect(await pack('b')).toBe(first)
    expect(await packOverlays(nodeHost(), { overlays: [] })).toBeUndefined()
  })
})
