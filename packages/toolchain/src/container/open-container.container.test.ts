import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { UserError } from '@kernelkit/core/errors'
import { ownTargets } from '@kernelkit/core/toolchain'
import { nodeHost, type Host } from '@kernelkit/host'
import type { ContainerOptions, ToolContainer } from './tool-container.ts'
import type { Engine } from '../engine/engine.ts'
import { connectEngine } from '../engine/connect-engine.ts'
import { defaultSuite } from '../image/plan-toolchain.ts'
import { obtainToolchainImage } from '../image/obtain-toolchain-image.ts'
import { openContainer } from './open-container.ts'

/** A user without a name in the image, who owns the files of the tests. */
const caller = { uid: 4711, gid: 4712 }
const purpose = 'test'

let engine: Engine
let image: string
let directory: string
const host: Host = { ...nodeHost(), ...caller }

beforeAll(async () => {
  engine = await connectEngine(host)
  const spec = { compiler: 'gcc', suite: await defaultSuite(host), targets: ownTargets(engine.nodeArch), kind: 'build' } as const
  // The user of the tests: the caller below could not bootstrap a base.
  image = (await obtainToolchainImage({ engine, host: nodeHost(), spec })).id
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-container-'))
  await chmod(directory, 0o777)
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const open = (options: Partial<ContainerOptions> = {}): Promise<ToolContainer> =>
  openContainer(engine, host, { image, purpose, user: 'caller', mounts: [], network: false, ...options })

const testContainers = async (): Promise<readonly string[]> =>
  (await engine.docker.listContainers({ all: true, filters: { label: [`kernelkit=${purpose}`] } })).map((one) => one.Id)

describe('a program in a container', () => {
  let container: ToolContainer
  beforeAll(async () => {
    container = await open({ mounts: [{ path: directory, readOnly: false }], env: { GREETING: 'hello' } })
  })
  afterAll(() => container[Symbol.asyncDispose]())

  it('a program in a container prints to stdout and stderr, line by line, and its exit status is returned', async () => {
    const lines: string[] = []
    const result = await container.exec(['sh', '-c', 'echo one; echo two >&2; sleep 0.2; printf end; exit 3'], {
      onLine: (line, stream) => lines.push(`${stream}: ${line}`),
    })
    expect(result).toMatchObject({ exitCode: 3, stdout: 'one\nend', stderr: 'two\n', outOfMemory: false, timedOut: false })
    expect(lines.toSorted()).toEqual(['stderr: two', 'stdout: end', 'stdout: one'])
    expect(result.seconds).toBeGreaterThan(0.2)
  })

  it("a program in a container runs as the caller, with a writable home and nothing of the caller's environment", async () => {
    const { stdout } = await container.exec(
      ['sh', '-c', 'id -u; id -g; touch "$HOME/x" "$TMPDIR/y" && echo ok; env | cut -d= -f1 | sort | tr "\\n" " "'],
      {
        env: { EXTRA: 'x y', GREETING: undefined },
      },
    )
    expect(stdout.split('\n')).toEqual(['4711', '4712', 'ok', 'EXTRA HOME HOSTNAME LC_ALL PATH PWD TMPDIR '])
  })

  it('a program in a container reads input that is larger than any buffer', async () => {
    const input = Buffer.alloc(5_000_001, 'ä')
    const { stdout } = await container.exec(['sh', '-c', 'cat | tee /dev/stderr | wc -c'], { input })
    expect(stdout.trim()).toBe('5000001')
    expect((await container.exec(['cat'], { input: 'text' })).stdout).toBe('text')
    expect((await container.exec(['true'], { input })).exitCode).toBe(0)
  })

  it('a program in a container works in the named directory, and its files belong to the caller', async () => {
    await container.exec(['sh', '-c', 'mkdir sub; echo x > sub/made'], { cwd: directory })
    const { uid, gid } = await stat(join(directory, 'sub', 'made'))
    expect({ uid, gid }).toEqual(caller)
  })

  it.each([
    [['no-such-program'], undefined, /no-such-program.*not found/],
    [['true'], '/no/such/directory', /no such file or directory/],
  ])('a container returns 127 for %j in %s, with the reason', async (argv, cwd, said) => {
    const result = await container.exec(argv, { cwd })
    expect(result).toMatchObject({ exitCode: 127, stdout: '' })
    expect(result.stderr).toMatch(said)
  })

  it('a program is ended at its limit, and the container keeps running', async () => {
    const result = await container.exec(['sh', '-c', 'echo before; sleep 30'], { timeoutMs: 500 })
    expect(result).toMatchObject({ timedOut: true, stdout: 'before\n' })
    expect((await container.exec(['sh', '-c', 'exit 124'], { timeoutMs: 60_000 })).timedOut).toBe(false)
  })

  it('a program in a container without network has none', async () => {
    expect((await container.exec(['sh', '-c', 'ls /sys/class/net'])).stdout).toBe('lo\n')
  })
})

describe('files', () => {
  let container: ToolContainer
  beforeAll(async () => {
    container = await open({ user: 'root' })
  })
  afterAll(() => container[Symbol.asyncDispose]())

  it('files are copied in whole, with their mode', async () => {
    const from = join(directory, 'in.bin')
    await writeFile(from, Buffer.alloc(3_000_000, 7))
    await container.putFile({ from, to: '/var/tmp/a/in.bin', mode: 0o640 })
    await container.putText({ content: '#!/bin/sh\necho ran\n', to: '/var/tmp/a/run me', mode: 0o755 })
    expect((await container.exec(['sh', '-c', 'stat -c "%s %a %u" /var/tmp/a/in.bin; ls -A /var/tmp/a'])).stdout).toBe(
      '3000000 640 0\nin.bin\nrun me\n',
    )
    expect((await container.exec(['/var/tmp/a/run me'])).stdout).toBe('ran\n')
  })

  it('a file that cannot be written in the container is an error with the reason, and nothing is left', async () => {
    const failure = container.putText({ content: 'x', to: '/proc/none', mode: 0o644 })
    await expect(failure).rejects.toThrow(expect.objectContaining({ code: 'CONTAINER_COPY' }))
  })

  it('files are copied out with their holes', async () => {
    // Data at the start, in the middle and in the last byte; a file without holes; one that is all hole; an empty one.
    await container.exec([
      'sh',
      '-c',
      `cd /var/tmp && printf start > holes && truncate -s 512M holes && head -c 1000000 /dev/urandom | dd of=holes bs=1M seek=100 conv=notrunc status=none &&
       printf end | dd of=holes bs=1 seek=536870909 conv=notrunc status=none; head -c 100000 /dev/urandom > dense; truncate -s 1M hollow; : > empty; seq 40000 > many
       i=0; while [ $i -lt 3000 ]; do printf "%4096d" $i; i=$((i+1)); done > src; truncate -s 40M comb; i=0; while [ $i -lt 300 ]; do dd if=src of=comb bs=4096 skip=$i seek=$((i*30)) count=1 conv=notrunc status=none; i=$((i+1)); done`,
    ])
    for (const name of ['holes', 'dense', 'hollow', 'empty', 'many', 'comb']) {
      const to = join(directory, name)
      await container.takeFile({ from: `/var/tmp/${name}`, to })
      const sum = (await container.exec(['sha256sum', `/var/tmp/${name}`])).stdout.slice(0, 64)
      expect([name, await host.sha256File(to)]).toEqual([name, sum])
    }
    const { size, blocks } = await stat(join(directory, 'holes'))
    expect(size).toBe(2 ** 29)
    expect(blocks * 512).toBeLessThan(2 ** 21)
  })

  it('a file that is missing, or is a directory, leaves nothing under the name or next to it', async () => {
    const before = await readdir(directory)
    for (const from of ['/var/tmp/none', '/var/tmp'])
      await expect(container.takeFile({ from, to: join(directory, 'taken') })).rejects.toThrow(
        expect.objectContaining({ code: 'CONTAINER_COPY' }),
      )
    expect(await readdir(directory)).toEqual(before)
  })
})

describe('limits', () => {
  it('a memory limit is reported when it ends a program or its child', async () => {
    await using container = await open({ limits: { memoryMiB: 64, cpus: 1 } })
    const hungry = 'x=$(head -c 200000000 /dev/zero | tr "\\0" x); echo done'
    expect(await container.exec(['sh', '-c', hungry])).toMatchObject({ outOfMemory: true })
    expect(await container.exec(['sh', '-c', `(${hungry}) 2> /dev/null; exit 2`])).toMatchObject({ exitCode: 2, outOfMemory: true })
    expect(await container.exec(['false'])).toMatchObject({ outOfMemory: false })
  })
})

describe('what cannot be', () => {
  it.each([
    ['a mount that is not there', { mounts: [{ path: '/no/such/directory', readOnly: true }] }, 'CONTAINER_MOUNT', '/no/such/directory'],
    ['a mount over the system', { mounts: [{ path: '/usr', readOnly: true }] }, 'CONTAINER_MOUNT', '/usr'],
    ['an image that is not there', { image: 'kernelkit/none:1' }, 'CONTAINER_REFUSED', 'no image kernelkit/none:1'],
    ['more CPUs than there are', { limits: { cpus: 10_000 } }, 'CONTAINER_REFUSED', 'CPUs'],
  ] as const)('%s is an error that names it', async (_, options, code, said) => {
    const failure: unknown = await open(options).catch((error: unknown) => error)
    expect(failure).toBeInstanceOf(UserError)
    expect(failure).toMatchObject({ code })
    expect(String(failure)).toContain(said)
    expect(await testContainers()).toEqual([])
  })
})

describe('an end', () => {
  it('disposal leaves no container', async () => {
    await (await open())[Symbol.asyncDispose]()
    expect(await testContainers()).toEqual([])
  })

  it('an aborted signal ends the program and the container at once', async () => {
    const stop = new AbortController()
    await using container = await open({ signal: stop.signal })
    const stopped = container.exec(['sleep', '100000'], { signal: stop.signal }).catch((error: unknown) => error)
    await host.sleep(300)
    const reason = new Error('enough')
    stop.abort(reason)
    expect(await stopped).toBe(reason)
    expect(await testContainers()).toEqual([])
  })

  it('a signal that is aborted before anything runs leaves no container', async () => {
    const stop = new AbortController()
    const opening = open({ signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(opening).rejects.toThrow('enough')
    expect(await testContainers()).toEqual([])
  })

  it('a container that another process ends is an error of the program that ran', async () => {
    await using container = await open()
    const lost = container.exec(['sleep', '1000']).catch((error: unknown) => error)
    await host.sleep(300)
    await engine.docker.getContainer(container.id).kill()
    expect(await lost).toMatchObject({ code: 'CONTAINER_LOST' })
    await expect(container.exec(['true'])).rejects.toThrow(expect.objectContaining({ code: 'CONTAINER_LOST' }))
  })

  it('killing the process that opened a container ends all programs in it, and the container', async () => {
    await mkdir(join(directory, 'work'), { recursive: true })
    await chmod(join(directory, 'work'), 0o777)
    const script = fileURLToPath(new URL('../../test/open-and-wait.ts', import.meta.url))
    const child = spawn(process.execPath, [script, image, join(directory, 'work')], { stdio: ['ignore', 'pipe', 'inherit'] })
    // Its first line, or its end.
    await once(child.stdout, 'readable')
    await expect.poll(() => readdir(join(directory, 'work'))).toContain('beat')
    expect(await testContainers()).toHaveLength(1)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expect.poll(testContainers).toEqual([])
    const beat = () => readFile(join(directory, 'work', 'beat'), 'utf8')
    const last = await beat()
    await host.sleep(500)
    expect(await beat()).toBe(last)
  })

  it('a container that was never removed is removed at the next start, when its owner is certainly gone', async () => {
    const labels = (pid: string, bootId: string) => ({
      kernelkit: purpose,
      'kernelkit.owner': JSON.stringify({ bootId, pidNamespace: pid, pid: 2 ** 22 + 1, startTicks: '1' }),
    })
    const own = {
      boot: (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim(),
      space: await host.fs.readlink('/proc/self/ns/pid'),
    }
    const create = async (pidNamespace: string, boot: string): Promise<string> =>
      (await engine.docker.createContainer({ Image: image, Cmd: ['true'], Labels: labels(pidNamespace, boot) })).id
    const gone = await create(own.space, own.boot)
    const elsewhere = [await create('pid:[1]', own.boot), await create(own.space, 'another-boot')]
    try {
      await using _ = await open()
      const left = await testContainers()
      expect(left).not.toContain(gone)
      expect(left).toEqual(expect.arrayContaining(elsewhere))
    } finally {
      for (const id of elsewhere) await engine.docker.getContainer(id).remove({ force: true })
    }
  })
})
