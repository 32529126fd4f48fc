import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, lastLine, shell, testArtifacts } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()
const onImage = ['run', '-k', kernel, '--image', image]
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})

afterAll(() => rm(directory, { recursive: true, force: true }))

describe('kernelkit run on the image', () => {
  it('keeps stdout and stderr apart, and exits with the status of the command', async () => {
    const { exitCode, stdout, stderr } = await kernelkit([...onImage, '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'], {
      cwd: directory,
    })
    expect({ exitCode, stdout }).toEqual({ exitCode: 7, stdout: 'out\n' })
    expect(stderr).toMatch(/^err$/m)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=fail\b/)
  })

  it('takes one word with blanks as a shell line', async () => {
    const { exitCode, stdout } = await kernelkit([...onImage, 'echo one; exit 3'], { cwd: directory })
    expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: 'one\n' })
  })

  it('says first which kernel and root it boots, and leaves the options of the command to the command', async () => {
    const { exitCode, stdout, stderr } = await kernelkit([...onImage, 'uname', '-r'], { cwd: directory })
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/^kernel \S+ \(/m)
    expect(stderr).toContain(image)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=pass\b/)
    expect(stdout).toMatch(/^6\.\d+\.\d+\S*\n$/)
  })

  it('ends a command that takes too long with 124', async () => {
    const { exitCode, stderr } = await kernelkit([...onImage, '--timeout', '5s', '--', 'sleep', '100000'], { cwd: directory })
    expect(exitCode).toBe(124)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=timeout\b/)
  })

  it('exits with status 121 after a panic and shows its evidence', async () => {
    const { exitCode, stderr } = await kernelkit([...onImage, '--', 'sh', '-c', 'echo c > /proc/sysrq-trigger'], { cwd: directory })
    expect(exitCode).toBe(121)
    expect(stderr).toContain('sysrq triggered crash')
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=panic\b/)
  })

  it('takes limits of weeks as they are', async () => {
    const limits = ['--timeout', '600h', '--boot-timeout', '30d']
    const { exitCode, stdout } = await kernelkit([...onImage, ...limits, '--', 'sh', '-c', 'sleep 1; echo late'], { cwd: directory })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'late\n' })
  })

  it('fails when its input cannot be read to its end', async () => {
    const line = `kernelkit ${onImage.map((word) => `'${word}'`).join(' ')} --stdin -- sh -c 'cat; echo whole' < ${directory}`
    const { exitCode, stdout, stderr } = await shell(line, { cwd: directory })
    expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: '' })
    expect(stderr).toMatch(/^STDIN_FAILED: stdin cannot be read to its end: EISDIR/m)
    expect(lastLine(stderr)).toBe('kernelkit: verdict=infra-fail exit=125 code=STDIN_FAILED')
  })

  it('carries 30 MB of stdin there and back without a byte lost', async () => {
    const bytes = randomBytes(30_000_000)
    const input = join(directory, 'in')
    const output = join(directory, 'out')
    await writeFile(input, bytes)
    const { exitCode } = await kernelkit([...onImage, '--stdin', '--', 'cat'], {
      cwd: directory,
      input: createReadStream(input),
      outputTo: output,
    })
    expect(exitCode).toBe(0)
    expect(bytes.equals(await readFile(output))).toBe(true)
  })

  it.each([
    ['a command that the guest does not have', ['no-such-command'], 127],
    ['a file that is not executable', ['/etc/hostname'], 126],
    ['a command ended by a signal', ['sh', '-c', 'kill -9 $$'], 137],
  ])(
    'ends %s as a shell would',
    onlyFull('three guests more; packages/vm/src/process/exec.vm.test.ts has these statuses'),
    async (_what, command, expected) => {
      const { exitCode, stderr } = await kernelkit([...onImage, '--', ...command], { cwd: directory })
      expect(exitCode).toBe(expected)
      expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=fail\b/)
    },
  )

  it('runs in the shared working directory and leaves it as it was', async () => {
    await writeFile(join(directory, 'here'), 'host\n')
    const { exitCode, stdout } = await kernelkit(
      [...onImage, '--', 'sh', '-c', 'pwd; cat here; echo guest > here; cat here; echo new > second'],
      { cwd: directory },
    )
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${directory}\nhost\nguest\n` })
    expect(await readFile(join(directory, 'here'), 'utf8')).toBe('host\n')
    await expect(readFile(join(directory, 'second'))).rejects.toThrow('ENOENT')
  })

  it('brings artifacts out and passes only the environment that is asked for', async () => {
    const out = join(directory, 'artifacts')
    const { exitCode, stdout } = await kernelkit(
      [
        ...onImage,
        '-e',
        'ONE=1',
        '-e',
        'FROM_HOST',
        '--artifacts',
        out,
        '--',
        'sh',
        '-c',
        'echo "$ONE $FROM_HOST $SECRET."; echo kept > "$KERNELKIT_ARTIFACTS/file"',
      ],
      { cwd: directory, env: { FROM_HOST: 'two', SECRET: 'three' } },
    )
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '1 two .\n' })
    expect(await readFile(join(out, 'file'), 'utf8')).toBe('kept\n')
  })

  it('answers --json with one document that names the files of both streams', async () => {
    const { exitCode, stdout } = await kernelkit([...onImage, '--json', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'], {
      cwd: directory,
    })
    expect(exitCode).toBe(7)
    const document = JSON.parse(stdout) as Record<string, unknown>
    expect(document).toMatchObject({ verdict: 'fail', exitCode: 7, accel: expect.stringMatching(/^(?:kvm|tcg)$/) })
    expect(await readFile(String(document['stdout']), 'utf8')).toBe('out\n')
    expect(await readFile(String(document['stderr']), 'utf8')).toBe('err\n')
    expect(await readFile(String(document['console']), 'utf8')).toContain('Linux version')
  })

  it('shares directories read-only, copy-on-write and writable', async () => {
    await writeFile(join(directory, 'shared'), 'host\n')
    const script = 'for d in ro cow rw; do echo $d > /mnt/$d/by-$d && echo $d; done; cat /mnt/ro/shared'
    const shares = ['ro', 'cow', 'rw'].flatMap((mode) => ['-v', `${directory}:/mnt/${mode}:${mode}`])
    const { stdout } = await kernelkit([...onImage, '--no-cwd', ...shares, '--', 'sh', '-c', script], { cwd: directory })
    expect(stdout).toBe('cow\nrw\nhost\n')
    expect(await readFile(join(directory, 'by-rw'), 'utf8')).toBe('rw\n')
    await expect(readFile(join(directory, 'by-cow'))).rejects.toThrow('ENOENT')
    await expect(readFile(join(directory, 'by-ro'))).rejects.toThrow('ENOENT')
  })

  it('never writes the image', async () => {
    const { exitCode } = await kernelkit([...onImage, '--', 'sh', '-c', 'echo x > /root/written && sync'], { cwd: directory })
    expect(exitCode).toBe(0)
    const again = await kernelkit([...onImage, '--', 'test', '!', '-e', '/root/written'], { cwd: directory })
    expect(again.exitCode).toBe(0)
  })
})
