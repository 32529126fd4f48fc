import { createServer } from 'node:net'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, lastLine, shell, testArtifacts } from './lib/kernelkit.ts'

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
    ['a text as an initramfs', ['-k', kernel, '--initrd', 'text'], /--initrd text is not an initramfs: it is a text file/],
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

  it.each([
    ['an init', ['--root', '.', '--init', 'systemd'], /the root has no init: \/sbin\/init/],
    ['an ssh server', ['--root', 'none', '--ssh'], /the root has no ssh server/],
    ['a user', ['--root', 'none', '--user', 'nosuch'], /the guest has no such user/],
    ['a working directory', ['--root', 'none', '-w', '/nosuch'], /the guest has no such working directory/],
  ])('%s that the root does not have is not blamed on the kernel', async (_what, args, named) => {
    const { exitCode, stderr, verdict } = await refusal(['-k', kernel, ...args])
    expect({ exitCode, verdict }).toEqual({ exitCode: 125, verdict: 'infra-fail' })
    expect(stderr).toMatch(named)
    expect(stderr).toMatch(/^Hint: /m)
  })

  it('a reader that closes stdout ends the command, and the verdict says so', async () => {
    const line = `kernelkit run -k ${kernel} --image ${image} -- sh -c 'yes' | head -n 1; echo "status \${PIPESTATUS[0]}" >&2`
    const { stdout, stderr } = await shell(line, { cwd: directory })
    expect(stdout).toBe('y\n')
    expect(stderr).toMatch(/^PIPE_CLOSED: .*\nHint: .*\nkernelkit: verdict=infra-fail exit=125 code=PIPE_CLOSED\nstatus 125\n$/m)
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
