import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { givenOptions } from '@kernelkit/core/options'
import { parseImageSpec } from '@kernelkit/core/options/build'
import { nodeHost, openStore, type Host, type Store } from '@kernelkit/host'
import {
  connectEngine,
  defaultSuite,
  obtainToolchainImage,
  openContainer,
  type ContainerOptions,
  type Engine,
  type ToolContainer,
} from '@kernelkit/toolchain'
import { bakeImage } from '../bake/bake.ts'
import { containerBackend } from './container-backend.ts'
import type { BakeResult } from '../bake/image-manifest.ts'
import { isFullRun } from '../../../../e2e/lib/tiers.ts'

// The packages are those that the VM tests left in the store, which are assembled in a container; the full tier bootstraps them there, too.
let directory: string
let host: Host
let stores: { readonly host: Store; readonly container: Store }
let engine: Engine
let image: string

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
  host = nodeHost({ cwd: directory })
  stores = { host: await openStore(host), container: await openStore(host, join(directory, 'container')) }
  const packages = join(stores.host.root, 'rootfs')
  if (!isFullRun() && existsSync(packages)) execFileSync('cp', ['-al', packages, stores.container.root])
  engine = await connectEngine(host)
  const spec = { compiler: 'gcc', suite: await defaultSuite(host), targets: ['x86_64', 'i386'], kind: 'build' } as const
  image = (await obtainToolchainImage({ engine, host, spec })).id
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const purpose = 'bake-test'
const open = async (options: Partial<ContainerOptions> = {}, from: Engine = engine): Promise<ToolContainer> => {
  const container = await openContainer(from, host, { image, purpose, user: 'root', mounts: [], network: true, ...options })
  onTestFinished(async () => {
    await container[Symbol.asyncDispose]()
    expect(await engine.docker.listContainers({ all: true, filters: { label: [`kernelkit=${purpose}`] } })).toEqual([])
  })
  return container
}
const specOf = (raw: Record<string, unknown> = {}) =>
  parseImageSpec(givenOptions({ suite: 'bookworm', size: '512M', ...raw }), { hostArch: 'x86_64' })
const bakeInside = (container: ToolContainer, raw?: Record<string, unknown>, signal?: AbortSignal): Promise<BakeResult> =>
  bakeImage(host, stores.container, specOf(raw), { backend: containerBackend(host, container), signal })
const fileIn = (image: string, path: string): Buffer =>
  execFileSync('debugfs', ['-R', `cat ${path}`, image], { stdio: ['ignore', 'pipe', 'ignore'] })
const halfMade = (): readonly string[] => readdirSync(join(stores.container.root, 'tmp'))

describe('a bake in a container', () => {
  test("a bake in a container gives the bytes of one on the host, and each finds the other's entry", async () => {
    const inside = await bakeInside(await open())
    const made = await stores.host.lookup('image', inside.key)
    if (made !== undefined) await stores.host.remove(made)
    const outside = await bakeImage(host, stores.host, specOf(), { force: isFullRun() })
    expect([inside.cached, outside.cached]).toEqual([false, false])
    expect(inside.key).toBe(outside.key)
    execFileSync('cmp', [inside.image, outside.image])
    expect(inside.packages).toEqual(outside.packages)
    expect(statSync(inside.image)).toMatchObject({ uid: host.uid, gid: host.gid, size: 512 * 2 ** 20 })
    expect(inside.bytes.allocated).toBeLessThan(1.1 * outside.bytes.allocated)
    expect(await bakeImage(host, stores.container, specOf())).toMatchObject({ cached: true, image: inside.image })
  })

  test('a bake in a container takes overlays and scripts, and reports the script that failed with its last lines', async () => {
    mkdirSync(join(directory, 'over/etc'), { recursive: true })
    writeFileSync(join(directory, 'over/etc/motd'), 'baked\n')
    writeFileSync(
      join(directory, 'good.sh'),
      'set -e\ngrep -q baked /etc/motd\nuseradd -m tester\necho x > /dev/null\ntest -e /dev/urandom\n',
    )
    // Not UTF-8: what goes in is bytes.
    writeFileSync(join(directory, 'bytes.sh'), Buffer.from('#!/bin/sh\nprintf %s "\xff\xfe" > /etc/bytes\n', 'latin1'))
    writeFileSync(join(directory, 'bad.sh'), '#!/bin/bash\necho the reason\nexit 5\n')
    const container = await open()
    const inside = await bakeInside(container, { overlay: ['over'], customize: ['good.sh', 'bytes.sh'] })
    const outside = await bakeImage(host, stores.host, specOf({ overlay: ['over'], customize: ['good.sh', 'bytes.sh'] }))
    // Scripts may look into /proc, which is not there.
    expect(inside.key).not.toBe(outside.key)
    for (const path of ['/etc/motd', '/etc/bytes', '/etc/passwd']) {
      expect(fileIn(inside.image, path)).toEqual(fileIn(outside.image, path))
      expect(fileIn(inside.image, path)).not.toHaveLength(0)
    }
    await expect(bakeInside(container, { customize: ['bad.sh'] })).rejects.toMatchObject({
      code: 'CUSTOMIZE_FAILED',
      message: expect.stringMatching(/bad\.sh exited with status 5.*\nthe reason/),
    })
    expect((await container.exec(['sh', '-c', 'ls /var/tmp'])).stdout).toBe('')
    expect(halfMade()).toEqual([])
  })

  test('a bake reports that the container does not reach the mirror', async () => {
    await expect(bakeInside(await open({ network: false }), { include: ['strace'] })).rejects.toMatchObject({
      code: 'MIRROR_UNREACHABLE',
      hint: expect.stringContaining('containers of this engine'),
    })
  })

  test('a bake reports that the disk of the engine is full', async () => {
    // The engine's own client, but for a small disk where the work is done.
    const { docker } = engine
    const small = Object.create(docker, {
      createContainer: {
        value: (options: { readonly HostConfig: object }) =>
          docker.createContainer({ ...options, HostConfig: { ...options.HostConfig, Tmpfs: { '/var/tmp': 'size=64m' } } }),
      },
    }) as Engine['docker']
    const container = await open({}, { ...engine, docker: small })
    const full = { code: 'DISK_FULL', hint: expect.stringContaining('docker system prune') }
    await expect(bakeInside(container, { size: '640M' })).rejects.toMatchObject(full)
    await expect(bakeInside(container, { include: ['strace'] })).rejects.toMatchObject(full)
  })

  test('an aborted bake in a container ends at once, and keeps nothing', async () => {
    const abort = new AbortController()
    const container = await open({ signal: abort.signal })
    const baking = bakeInside(container, { include: ['strace'] }, abort.signal)
    // mmdebstrap is at work when its scratch directory has something in it.
    while ((await container.exec(['sh', '-c', 'ls -d /var/tmp/*/scratch/mmdebstrap*'])).exitCode !== 0) await host.sleep(200)
    abort.abort(new Error('stop'))
    await expect(baking).rejects.toThrow('stop')
    await expect(engine.docker.getContainer(container.id).inspect()).rejects.toMatchObject({ statusCode: 404 })
    expect(halfMade()).toEqual([])
  })

  test('a bake reports that its container was killed', async () => {
    const container = await open()
    const failure = bakeInside(container, { include: ['strace'] }).catch((error: unknown) => error)
    while ((await container.exec(['sh', '-c', 'ls -d /var/tmp/*/scratch/mmdebstrap*'])).exitCode !== 0) await host.sleep(200)
    await engine.docker.getContainer(container.id).kill()
    expect(await failure).toMatchObject({ code: 'CONTAINER_LOST' })
    expect(halfMade()).toEqual([])
  })
})
