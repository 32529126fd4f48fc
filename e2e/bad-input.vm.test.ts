import { createServer } from 'node:net'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, lastLine, testArtifacts } from './lib/kernelkit.ts'

const { kernel, image } = testArtifacts()
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  await writeFile(join(directory, 'text'), 'neither a kernel nor an image\n'.repeat(100))
  await writeFile(join(directory, 'blank.ext4'), '')
  await truncate(join(directory, 'blank.ext4'), 64 * 2 ** 20)
})

afterAll(() => rm(directory, { recursive: true, force: true }))

async function refusal(args: readonly string[]) {
  const { exitCode, stderr } = await kernelkit(['run', ...args, '--', 'true'], { cwd: directory })
  return { exitCode, stderr, verdict: /verdict=(\S+)/.exec(lastLine(stderr))?.[1] }
}

describe('bad input of a run', () => {
  it.each([
    ['a kernel that does not exist', ['-k', 'nowhere', '--image', image], /nowhere/],
    ['a file that is not a kernel', ['-k', 'text', '--image', image], /text/],
    ['an image that does not exist', ['-k', kernel, '--image', 'nowhere.ext4'], /nowhere\.ext4/],
    ['a file that is not an image', ['-k', kernel, '--image', 'text'], /text/],
    ['an image without a file system', ['-k', kernel, '--image', 'blank.ext4'], /blank\.ext4/],
    ['a share whose directory is missing', ['-k', kernel, '--image', image, '-v', './nowhere:/mnt'], /nowhere/],
    ['a share of an unknown kind', ['-k', kernel, '--image', image, '-v', '.:/mnt:rx'], /rx/],
    ['memory that is not a size', ['-k', kernel, '--image', image, '-m', 'lots'], /lots/],
    ['a time without a unit', ['-k', kernel, '--image', image, '--timeout', '10'], /--timeout/],
    ['no CPU', ['-k', kernel, '--image', image, '-c', '0'], /0/],
    ['a QEMU that does not exist', ['-k', kernel, '--image', image, '--qemu', './no-qemu'], /no-qemu/],
    ['an argument that QEMU refuses', ['-k', kernel, '--image', image, '--qemu-arg', '-no-such-option'], /no-such-option/],
    ['an unknown machine', ['-k', kernel, '--image', image, '--machine', 'vax'], /vax/],
    ['a root directory that is missing', ['-k', kernel, '--root', './nowhere'], /nowhere/],
  ])('%s exits with status 125 and prints code, hint and verdict', async (_what, args, named) => {
    const { exitCode, stderr, verdict } = await refusal(args)
    expect(stderr).toMatch(named)
    expect(stderr).toMatch(/^[A-Z_]+: /m)
    expect(stderr).toMatch(/^Hint: /m)
    expect(verdict).toMatch(/^(?:infra|config)-fail$/)
    expect(exitCode).toBe(125)
  })

  it('a root without the init that is asked for is boot-fail and the message names the init', async () => {
    const { exitCode, stderr, verdict } = await refusal(['-k', kernel, '--root', '.', '--init', 'systemd'])
    expect({ exitCode, verdict }).toEqual({ exitCode: 120, verdict: 'boot-fail' })
    expect(stderr).toMatch(/the root has no init: \/sbin\/init/)
  })

  it('names a port that is taken', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    try {
      const { exitCode, stderr } = await refusal(['-k', kernel, '--image', image, '-p', `${port}:22`])
      expect(exitCode).toBe(125)
      expect(stderr).toContain(String(port))
    } finally {
      server.close()
    }
  })
})
