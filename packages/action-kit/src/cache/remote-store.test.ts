import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { allocatedBytes, nodeHost, openStore, silentLogger, type ObtainOptions } from '@kernelkit/host'
import { startCacheService, type CacheService } from '@kernelkit/testing'
import { createActionsCache } from './actions-cache.ts'
import { createCacheStore } from './remote-store.ts'

const imageBytes = 256 * 2 ** 20
let directory: string
let service: CacheService

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-remote-'))
  service = await startCacheService()
  await mkdir(join(directory, 'temp'))
})

afterEach(async () => {
  await service[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** A machine of its own, with a workspace of its own depth. */
async function machine(name: string, { run = '1-1' } = {}) {
  const workspace = join(directory, name, 'deep'.repeat(name.length), 'work')
  await mkdir(workspace, { recursive: true })
  const log: string[] = []
  const notices: string[] = []
  const add = (line: string): void => void log.push(line)
  const host = nodeHost({ log: { ...silentLogger, info: add, warn: add } })
  Object.assign(process.env, service.env, { GITHUB_WORKSPACE: workspace, RUNNER_TEMP: join(directory, 'temp') })
  const cache = createActionsCache(host, process)
  const remote = createCacheStore(host, { cache, kinds: ['image'], run, notice: (text) => void notices.push(text) })
  const store = await openStore(host, join(directory, name, 'store'), { remote })
  return { store, remote, log, notices, workspace }
}

/** A disk image of a few bytes far apart. */
const image: ObtainOptions = {
  kind: 'image',
  material: [['what', 'an image']],
  produce: async (to) => {
    await using file = await open(join(to, 'root.ext4'), 'w')
    await file.truncate(imageBytes)
    await file.write('super', 1024)
    await file.write('far', imageBytes - 4096)
    await mkdir(join(to, 'below'))
    await writeFile(join(to, 'below/notes'), 'text\n')
  },
}
const refuse: ObtainOptions = { ...image, produce: () => Promise.reject(new Error('made again')) }

describe('the Actions cache as a level of the store', () => {
  it('carries an entry to another machine, holes and all, whatever the depth of its workspace', async () => {
    const first = await machine('a')
    expect((await first.store.obtain(image)).cached).toBe(false)
    expect(first.remote.saved()).toBe(true)
    expect(process.env['TAR_OPTIONS']).toBeUndefined()
    expect(process.env['GITHUB_WORKSPACE']).toBe(first.workspace)

    const second = await machine('bbb')
    const { entry, cached } = await second.store.obtain(refuse)
    expect(cached).toBe(true)
    expect(second.remote.saved()).toBe(false)
    const file = join(entry.path, 'root.ext4')
    expect((await stat(file)).size).toBe(imageBytes)
    expect(await allocatedBytes(nodeHost(), file)).toBeLessThan(2 ** 20)
    execFileSync('cmp', [file, join(directory, 'a/store/image', entry.key, 'root.ext4')])
    expect(await readFile(join(entry.path, 'below/notes'), 'utf8')).toBe('text\n')
    expect(service.entries).toHaveLength(1)
    expect(service.entries[0]?.sizeBytes).toBeLessThan(2 ** 20)
  })

  it('answers a lookup by key', async () => {
    const first = await machine('a')
    const { entry } = await first.store.obtain(image)
    const second = await machine('bb')
    expect((await second.store.lookup('image', entry.key))?.path).toBe(join(directory, 'bb/store/image', entry.key))
    expect(await second.store.lookup('image', '0'.repeat(32))).toBeUndefined()
  })

  it('asks nothing about kinds that are not kept', async () => {
    const { store } = await machine('a')
    await store.obtain({ ...image, kind: 'rootfs' })
    expect(service.calls).toEqual([])
  })

  it.each([
    ['bytes', 'it does not unpack'],
    ['content', 'the checksum of root.ext4 differs'],
  ] as const)('takes an archive with damaged %s for a miss; what is made then serves the next machine', async (how, why) => {
    const { entry } = await (await machine('a')).store.obtain(image)
    const name = `kernelkit-1-image-${entry.key}`
    await service.spoil(name, how)

    const second = await machine('bb', { run: '77-2' })
    expect((await second.store.obtain(image)).cached).toBe(false)
    expect(second.log.join('\n')).toContain(`came damaged from the Actions cache (${why})`)
    expect(second.remote.saved()).toBe(true)
    expect(service.entries.map(({ key }) => key)).toEqual([name, `${name}-again-77-2`])

    const third = await machine('ccc')
    expect((await third.store.obtain(refuse)).cached).toBe(true)
  })

  it('continues when it may not write, and shows a notice', async () => {
    service.switches.writable = false
    const { store, remote, notices } = await machine('a')
    expect((await store.obtain(image)).cached).toBe(false)
    expect(remote.saved()).toBe(false)
    expect(notices).toEqual([expect.stringContaining('The image was not saved to the Actions cache')])
  })

  it('continues when the service is gone', async () => {
    const { store, remote, notices } = await machine('a')
    await service.stop()
    expect((await store.obtain(image)).cached).toBe(false)
    expect(remote.saved()).toBe(false)
    expect(notices).toHaveLength(1)
  })
})
