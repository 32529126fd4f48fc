import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ownTargets } from '@kernelkit/core/toolchain'
import { buildRequirements, nodeHost, requireAll, silentLogger, type Host } from '@kernelkit/host'
import type { ToolContainer } from './tool-container.ts'
import type { ToolchainImage } from '../image/toolchain-image.ts'
import { connectEngine } from '../engine/connect-engine.ts'
import { defaultSuite } from '../image/plan-toolchain.ts'
import { obtainToolchainImage } from '../image/obtain-toolchain-image.ts'
import { containerHost } from './container-host.ts'
import { openContainer } from './open-container.ts'

const warned: string[] = []
let image: ToolchainImage
let container: ToolContainer
let directory: string
let outside: Host
let inside: Host

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-container-'))
  await chmod(directory, 0o777)
  await mkdir(join(directory, 'scratch'))
  await chmod(join(directory, 'scratch'), 0o777)
  await writeFile(join(directory, 'here'), 'of the host')
  outside = {
    ...nodeHost({
      cwd: directory,
      env: { PATH: '/nowhere', SECRET: 'x', HOME: '/root' },
      log: { ...silentLogger, warn: (line) => void warned.push(line) },
    }),
    uid: 4711,
    gid: 4712,
  }
  const engine = await connectEngine(nodeHost())
  const spec = { compiler: 'gcc', suite: await defaultSuite(nodeHost()), targets: ownTargets(engine.nodeArch), kind: 'build' } as const
  image = await obtainToolchainImage({ engine, host: nodeHost(), spec })
  container = await openContainer(engine, outside, {
    image: image.id,
    purpose: 'test',
    user: 'caller',
    mounts: [{ path: directory, readOnly: false }],
    network: false,
    limits: { memoryMiB: 128, cpus: 1 },
  })
  inside = containerHost(outside, { container, image, scratch: join(directory, 'scratch'), env: { ALWAYS: 'there' } })
})
afterAll(async () => {
  await container[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

describe('a host whose programs are those of a container', () => {
  it('a container host runs programs in the working directory, with the given variables and none of the machine', async () => {
    const { stdout } = await inside.run(['sh', '-c', 'pwd; cat here; echo; echo "$ALWAYS $GIVEN${SECRET-}"'], {
      env: { GIVEN: 'y', ALWAYS2: undefined },
    })
    expect(stdout.split('\n').slice(0, 3)).toEqual([directory, 'of the host', 'there y'])
  })

  it('a container host has temporary directories that both sides see, owned by the caller', async () => {
    await using temp = await inside.tempDir('seen-')
    await chmod(temp.path, 0o777)
    await inside.run(['sh', '-c', 'echo made > "$0"/file', temp.path])
    expect(await readFile(join(temp.path, 'file'), 'utf8')).toBe('made\n')
    expect((await stat(join(temp.path, 'file'))).uid).toBe(4711)
  })

  it('a container host passes input, writes output to a file of the host, and ends programs at their limit', async () => {
    await inside.run(['tr', 'a-z', 'A-Z'], { input: 'words\n', outputTo: join(directory, 'out') })
    expect(await readFile(join(directory, 'out'), 'utf8')).toBe('WORDS\n')
    await expect(inside.run(['sleep', '30'], { timeoutMs: 300 })).rejects.toThrow(/did not end within 0.3 s/)
  })

  it('a container host reports a failed program with command, status and last lines', async () => {
    const failing = ['sh', '-c', 'echo said >&2; exit 3']
    await expect(inside.run(failing)).rejects.toThrow(
      expect.objectContaining({ code: 'COMMAND_FAILED', message: expect.stringMatching(/exited with status 3 .*\nsaid/s) }),
    )
    expect(await inside.run(failing, { reject: false })).toMatchObject({ exitCode: 3, stderr: 'said\n', signal: undefined })
    await expect(inside.run(['no-such-program'])).rejects.toThrow(expect.objectContaining({ code: 'COMMAND_NOT_FOUND' }))
  })

  it('a container host reports that memory ran out, also without reject', async () => {
    warned.length = 0
    const hungry = ['sh', '-c', '(x=$(head -c 400000000 /dev/zero | tr "\\0" x)) 2> /dev/null; exit 2']
    expect(await inside.run(hungry, { reject: false })).toMatchObject({ exitCode: 2 })
    expect(warned.join()).toMatch(/memory ran out .*128 MiB/)
  })

  it('a container host has the programs and packages of the image, and as many CPUs as the container', async () => {
    expect(await inside.which('make')).toBe('/usr/bin/make')
    expect(await inside.which('no-such-program')).toBeUndefined()
    expect([inside.cpus, inside.memoryMiB]).toEqual([1, 128])
    await requireAll(inside, buildRequirements, { user: 'build' })
    const lacking = requireAll(inside, [{ what: 'program', program: 'x', package: 'no-such-package', why: 'to test' }], {
      user: 'build',
    })
    await expect(lacking).rejects.toThrow(/toolchain image lacks: x/)
  })
})
