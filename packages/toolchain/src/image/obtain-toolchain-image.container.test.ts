import { beforeAll, describe, expect, test } from 'vitest'
import { ownTargets, type ToolchainSpec } from '@kernelkit/core/toolchain'
import { nodeHost, silentLogger } from '@kernelkit/host'
import { serveImage } from '../../test/registry.ts'
import type { Engine } from '../engine/engine.ts'
import { connectEngine } from '../engine/connect-engine.ts'
import { bytesOfImages, listToolchainImages } from './list-toolchain-images.ts'
import { obtainToolchainImage } from './obtain-toolchain-image.ts'
import { defaultSuite, planToolchain } from './plan-toolchain.ts'
import { pruneToolchains } from './prune-toolchains.ts'

const said: string[] = []
const host = nodeHost({ log: { ...silentLogger, info: (line) => void said.push(line) } })
let engine: Engine
let spec: ToolchainSpec
beforeAll(async () => {
  engine = await connectEngine(host)
  spec = { kind: 'build', suite: await defaultSuite(host), compiler: 'gcc', targets: ownTargets(engine.nodeArch) }
  said.length = 0
  // Made on the first run of an engine, from packages of the network; from then on it is there.
  await obtainToolchainImage({ engine, host, spec, base: 'bootstrap' })
})

/** Containers that a build left; the engine takes a moment to end the last step of one that was cancelled. */
async function leftContainers(): Promise<number> {
  for (let tries = 0; tries < 600; tries++) {
    const left = await engine.docker.listContainers({ all: true, filters: { label: ['kernelkit=toolchain'] } })
    if (left.length === 0) return 0
    await host.sleep(100)
  }
  return 1
}

describe('obtainToolchainImage', () => {
  test('an unchanged toolchain costs one call of the engine, and says where its base came from', async () => {
    const calls: string[] = []
    const modem = engine.docker.modem as { dial(options: { path: string }, done: unknown): void }
    const dial = modem.dial.bind(modem)
    modem.dial = (options, done) => {
      calls.push(options.path)
      dial(options, done)
    }
    said.length = 0
    const image = await obtainToolchainImage({ engine, host, spec })
    modem.dial = dial
    expect(calls).toEqual([`/images/${image.tag}/json`])
    expect(image).toMatchObject({ found: 'local', base: `bootstrap:${spec.suite}`, tag: `kernelkit/toolchain:${image.key}` })
    expect(image.id).toMatch(/^sha256:/)
    expect(said).toEqual([`toolchain ${image.tag} (gcc, ${spec.suite}): the engine has it, made on bootstrap:${spec.suite}`])
  })

  test('an image with the key is used for any requested base, and the log says so', async () => {
    said.length = 0
    const { found } = await obtainToolchainImage({ engine, host, spec, base: `debian@sha256:${'0'.repeat(64)}` })
    expect(found).toBe('local')
    expect(said[0]).toMatch(/, not debian@sha256:0+: the base is not part of the key/)
  })

  test('a finished toolchain of a registry needs no building', async () => {
    const wanted: ToolchainSpec = { ...spec, compiler: 'gcc-77' }
    const { key } = await planToolchain({ host, spec: wanted, engine })
    await using registry = await serveImage({
      kernelkit: 'toolchain',
      'kernelkit.kind': 'build',
      'kernelkit.key': key,
      'kernelkit.compiler': 'gcc-77',
    })
    const image = await obtainToolchainImage({ engine, host, spec: wanted, base: `${registry.name}@${registry.digest}` })
    expect(image).toMatchObject({ found: 'pulled', key, base: `${registry.name}@${registry.digest}` })
    await engine.docker.getImage(image.tag).remove()
    await engine.docker.getImage(`${registry.name}@${registry.digest}`).remove()
  })

  test('a base that is not Debian-like is refused by its name', async () => {
    await using registry = await serveImage({})
    const base = `${registry.name}@${registry.digest}`
    await expect(obtainToolchainImage({ engine, host, spec: { ...spec, compiler: 'gcc-78' }, base })).rejects.toMatchObject({
      code: 'TOOLCHAIN_BASE',
      message: `the base ${base} is not Debian-like: it has no apt-get.`,
    })
    expect(await leftContainers()).toBe(0)
    await engine.docker.getImage(base).remove({ force: true })
  })

  test('a registry without the base is distinguished from one that cannot be reached', async () => {
    const registry = await serveImage({})
    const missing = { ...spec, compiler: 'gcc-79' }
    const base = `${registry.name}@sha256:${'1'.repeat(64)}`
    await expect(obtainToolchainImage({ engine, host, spec: missing, base })).rejects.toMatchObject({
      code: 'TOOLCHAIN_BASE',
      message: expect.stringContaining(base),
    })
    await registry[Symbol.asyncDispose]()
    await expect(obtainToolchainImage({ engine, host, spec: missing, base })).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      hint: expect.stringContaining('--base bootstrap'),
    })
  })

  test('a package that a suite does not have is named, and no container is left', async () => {
    await expect(obtainToolchainImage({ engine, host, spec: { ...spec, compiler: 'gcc-99' } })).rejects.toMatchObject({
      code: 'TOOLCHAIN_PACKAGE',
      message: expect.stringContaining("'gcc-99'"),
    })
    expect(await leftContainers()).toBe(0)
  })

  test('an interruption ends the build in the engine too', async () => {
    const interruption = new AbortController()
    const building = obtainToolchainImage({ engine, host, spec: { ...spec, compiler: 'clang' }, force: false, signal: interruption.signal })
    const reason = new Error('interrupted')
    setTimeout(() => interruption.abort(reason), 1500)
    await expect(building).rejects.toBe(reason)
    expect(await leftContainers()).toBe(0)
  })

  test.for(['debian:bookworm', 'Bootstrap', 'debian@sha256:12', ''])('refuses the base %j, which says nothing firm', async (base) => {
    await expect(obtainToolchainImage({ engine, host, spec, base })).rejects.toMatchObject({ code: 'TOOLCHAIN_BASE' })
  })
})

/** The engine may be a developer's own, with images that another version of kernelkit uses: these are out of reach. */
function onlySees(tag: string): Engine {
  const docker: Engine['docker'] = Object.create(engine.docker)
  const narrow: Engine['docker']['listImages'] = async (options?: object) =>
    (await engine.docker.listImages(options)).filter(({ RepoTags }) => RepoTags?.includes(tag) === true)
  return { ...engine, docker: Object.assign(docker, { listImages: narrow }) }
}

describe('listToolchainImages and pruneToolchains', () => {
  test('listToolchainImages lists our images, and pruneToolchains removes those that are of no use', async () => {
    const { tag, key } = await obtainToolchainImage({ engine, host, spec })
    expect(await listToolchainImages({ engine, host })).toEqual(
      expect.arrayContaining([expect.objectContaining({ tag, key, spec, current: true, base: `bootstrap:${spec.suite}` })]),
    )
    const own = (await listToolchainImages({ engine, host })).filter((one) => one.tag === tag)
    expect(own[0]?.layers.length).toBeGreaterThan(1)
    // Twice the same layers take the disk once.
    expect([bytesOfImages(own), bytesOfImages([...own, ...own])]).toEqual([own[0]?.bytes, own[0]?.bytes])
    // One of another version of ours, and one of a user that is made FROM it: it has our labels, but is not ours.
    const labels = { kernelkit: 'toolchain', 'kernelkit.kind': 'build', 'kernelkit.key': 'old', 'kernelkit.compiler': 'gcc' }
    await using registry = await serveImage(labels)
    const reference = `${registry.name}@${registry.digest}`
    for await (const _ of await engine.docker.createImage({ fromImage: reference }));
    const image = engine.docker.getImage(reference)
    await image.tag({ repo: 'kernelkit/toolchain', tag: 'old' })
    await image.tag({ repo: 'kernelkit-test/theirs', tag: '1' })
    const dry = await pruneToolchains({ engine, host, all: false, dryRun: true })
    expect(dry.removed.map((one) => one.tag)).toContain('kernelkit/toolchain:old')
    expect(dry.removed.map((one) => one.tag)).not.toContain(tag)
    const { removed } = await pruneToolchains({ engine: onlySees('kernelkit/toolchain:old'), host, all: false, dryRun: false })
    expect(removed.map((one) => one.tag)).toEqual(['kernelkit/toolchain:old'])
    expect((await listToolchainImages({ engine, host })).map((one) => one.key)).not.toContain('old')
    await engine.docker.getImage('kernelkit-test/theirs:1').inspect()
    await engine.docker.getImage(tag).inspect()
    for (const name of ['kernelkit-test/theirs:1', reference]) await engine.docker.getImage(name).remove({ force: true })
  })
})
