import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { givenOptions, listOption } from '@kernelkit/core/options'
import { nodeHost } from '@kernelkit/host'
import { sshKeyFiles } from './ssh-key-files.ts'

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMnOZ0Kb3bVq0M0w1n0sLQdZq7bQGmYg3H1r0pWq9aAb me@here'
let temp: string
let masked: string[]

beforeEach(async () => {
  temp = await mkdtemp(join(tmpdir(), 'kernelkit-keys-'))
  masked = []
})

afterEach(() => rm(temp, { recursive: true, force: true }))

const read = (sshKey?: readonly string[]) =>
  sshKeyFiles({ host: nodeHost(), temp, inputs: givenOptions({ sshKey }), mask: (secret) => void masked.push(secret) })

describe('the input ssh-key', () => {
  it('may be left out, and names files as they are', async () => {
    expect(await read()).toEqual({})
    expect(await read(['ci/id.pub', '/home/me/.ssh/ssh-key.pub'])).toEqual(
      givenOptions({ sshKey: ['ci/id.pub', '/home/me/.ssh/ssh-key.pub'] }),
    )
    expect(masked).toEqual([])
  })

  it('may hold keys: they become a file that only this user reads, and are masked', async () => {
    const [path, file = ''] = listOption(await read(['ci/id.pub', key, `no-pty ${key}`]), 'sshKey')
    expect(path).toBe('ci/id.pub')
    expect(await readFile(file, 'utf8')).toBe(`${key}\nno-pty ${key}\n`)
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect(masked).toEqual([key, `no-pty ${key}`])
  })

  it('refuses a private key, and masks every line of it', async () => {
    const lines = ['-----BEGIN OPENSSH PRIVATE KEY-----', 'b3BlbnNzaC1rZXktdjEAAAAA', '-----END OPENSSH PRIVATE KEY-----']
    await expect(read(lines)).rejects.toMatchObject({ code: 'BAD_SSH_KEY', message: expect.not.stringContaining('b3Blb') as string })
    expect(masked).toEqual(lines)
  })
})
