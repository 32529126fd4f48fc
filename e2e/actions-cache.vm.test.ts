import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startCacheService, type CacheService, type JobOptions, type JobResult } from '@kernelkit/testing'
import { toyTree, type Toy } from '../packages/kernel/test/toy-tree.ts'
import { logOf, newMachine, stageOf, useAction } from './lib/actions.ts'
import { onlyFull } from './lib/tiers.ts'

let toy: Toy
let cache: CacheService
beforeAll(async () => {
  toy = await toyTree({ inGit: true })
})
afterAll(() => toy[Symbol.asyncDispose]())
beforeEach(async () => {
  cache = await startCacheService()
})
afterEach(() => cache[Symbol.asyncDispose]())

/** A job on a new machine: check the tree out and build it. */
async function build(inputs: Readonly<Record<string, string>> = {}, options: Partial<JobOptions> = {}) {
  await using machine = await newMachine({ cache })
  const job = await machine.run(
    [
      { id: 'checkout', run: 'git clone -q "$TREE" .', env: { TREE: toy.tree } },
      useAction('build-kernel', { config: 'toy.config', ...inputs }),
      { id: 'use', run: 'test -s "$KERNEL"', env: { KERNEL: '${{ steps.build-kernel.outputs.kernel }}' } },
    ],
    options,
  )
  return { job, conclusion: job.conclusion, log: logOf(job), ...toldBy(job) }
}

function toldBy(job: JobResult) {
  const { outputs, annotations } = stageOf(job, 'build-kernel')
  return { hit: outputs['cache-hit'], saved: outputs['saved'], key: outputs['key'], annotations }
}

const entryKeys = () => cache.entries.map(({ key }) => key)
const callNames = () => cache.calls.map(({ name }) => name)

describe('build-kernel and the Actions cache', () => {
  it('saves what it built, the compiler cache in post, and finds both in later jobs on other machines', async () => {
    const first = await build()
    expect(first).toMatchObject({ conclusion: 'success', hit: 'false', saved: 'true', annotations: [] })
    expect(entryKeys()).toEqual([expect.stringMatching(new RegExp(`kernel-${first.key}$`)), expect.stringMatching(/ccache-x86_64-gcc-/)])
    expect(stageOf(first.job, 'build-kernel', 'post').log).toMatch(/saved as ccache-/)

    const callsBefore = cache.calls.length
    const second = await build()
    expect(second).toMatchObject({ conclusion: 'success', hit: 'true', saved: 'false', key: first.key, annotations: [] })
    expect(callNames().slice(callsBefore)).toEqual(['GetCacheEntryDownloadURL', 'GET'])

    await toy.write('init/other.c', 'int other(void) { return 7; }\n')
    toy.git('commit', '-qam', 'change')
    const third = await build()
    expect(third).toMatchObject({ conclusion: 'success', hit: 'false', saved: 'true' })
    expect(third.key).not.toBe(first.key)
    expect(third.log).toMatch(/restored ccache-/)
    expect(stageOf(third.job, 'build-kernel', 'post').log).toMatch(/Hits: +1 /)
  })

  for (const { how, warning, tier } of [
    { how: 'content', warning: /damaged from the Actions cache \(the checksum of \S+ differs\)/, tier: {} },
    { how: 'bytes', warning: /damaged from the Actions cache \(it does not unpack\)/, tier: onlyFull('three jobs more') },
  ] as const) {
    it(`ignores an entry with spoilt ${how}, warns, and saves a good one next to it`, tier, async () => {
      const { key } = await build({ ccache: 'false' })
      await cache.spoil(`kernelkit-1-kernel-${key}`, how)
      const second = await build({ ccache: 'false' })
      expect(second).toMatchObject({ conclusion: 'success', hit: 'false', saved: 'true', key })
      expect(second.annotations.filter(({ message }) => warning.test(message))).toHaveLength(1)
      expect(await build({ ccache: 'false' })).toMatchObject({ conclusion: 'success', hit: 'true' })
    })
  }

  it('passes with a notice when the token may only read, as that of a fork', async () => {
    cache.switches.writable = false
    const { conclusion, hit, saved, annotations } = await build()
    expect({ conclusion, hit, saved }).toEqual({ conclusion: 'success', hit: 'false', saved: 'false' })
    expect(annotations).toContainEqual(expect.objectContaining({ level: 'notice', message: expect.stringMatching(/not saved/) }))
    expect(cache.entries).toEqual([])
  })

  it.each([
    ['another run was first', { status: 409, body: { code: 'already_exists', msg: 'exists' } }],
    ['there are too many requests', { status: 429, body: { code: 'resource_exhausted', msg: 'slow down' } }],
    ['the token is refused', { status: 403, body: { code: 'permission_denied', msg: 'no' } }],
  ])(
    'passes with a notice when a save is refused because %s',
    onlyFull('three jobs more; a token that may only read is refused above'),
    async (_why, fault) => {
      cache.switches.faults.CreateCacheEntry = fault
      expect(await build({ ccache: 'false' })).toMatchObject({
        conclusion: 'success',
        saved: 'false',
        annotations: [{ level: 'notice', message: expect.stringMatching(/not saved/) }],
      })
    },
  )

  it('builds as if there were no cache when the service is down', async () => {
    await cache.stop()
    expect(await build()).toMatchObject({ conclusion: 'success', hit: 'false', saved: 'false' })
  })

  it('asks nothing of the cache with cache: false', async () => {
    expect(await build({ cache: 'false' })).toMatchObject({ conclusion: 'success', hit: 'false', saved: 'false' })
    expect(cache.calls).toEqual([])
  })

  it('keeps nothing half-made of a job that is cancelled while it compiles', async () => {
    await toy.write('slow', 'sleep 60')
    toy.git('add', '-A')
    toy.git('commit', '-qm', 'slow')
    const cancel = new AbortController()
    await using machine = await newMachine({ cache })
    const job = await machine.run(
      [{ id: 'checkout', run: 'git clone -q "$TREE" .', env: { TREE: toy.tree } }, useAction('build-kernel', { config: 'toy.config' })],
      { signal: cancel.signal, onLine: (line) => /compil|CC /i.test(line) && cancel.abort() },
    )
    expect(job.conclusion).toBe('cancelled')
    expect(stageOf(job, 'build-kernel').cancelledBy).toBe('SIGINT')
    expect(entryKeys().filter((key) => key.includes('kernel-1-kernel'))).toEqual([])
    expect(existsSync(join(machine.store, 'kernel'))).toBe(false)
  })
})
