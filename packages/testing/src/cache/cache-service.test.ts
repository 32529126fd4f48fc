import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runJob, type JobOptions } from '../runner/run-job.ts'
import { startCacheService, type CacheService } from './cache-service.ts'
import { onlyFull } from '../../../../e2e/lib/tiers.ts'

const repositories = { 'our/tests': fileURLToPath(new URL('../../test', import.meta.url)) }
let directory = ''
let cache: CacheService
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-cache-'))
  cache = await startCacheService()
})
afterEach(async () => {
  await cache[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

/** A job of the fixture action alone, on a machine that is new each time. */
async function storeFile(inputs: Readonly<Record<string, string>> = {}, options: Partial<JobOptions> = {}) {
  const job = await runJob({
    directory: await mkdtemp(join(directory, 'machine-')),
    steps: [{ id: 'store', uses: 'our/tests/store-file@v1', with: { key: 'file-1', ...inputs } }],
    actionEnv: cache.env,
    repositories,
    ...options,
  })
  const { main, post } = job.step('store')
  return {
    conclusion: job.conclusion,
    hit: main?.outputs['cache-hit'],
    text: main?.outputs['text'],
    saved: post?.outputs['saved'],
    log: `${main?.log ?? ''}\n${post?.log ?? ''}`,
    workspace: job.directories.workspace,
  }
}
const names = () => cache.calls.map(({ name }) => name)

describe('the cache service and the real client', { timeout: 120_000 }, () => {
  it('miss at first, save in post, and hit in the next job', async () => {
    expect(await storeFile()).toMatchObject({ conclusion: 'success', hit: 'false', saved: 'true' })
    expect(names()).toEqual(['GetCacheEntryDownloadURL', 'CreateCacheEntry', 'PUT', 'FinalizeCacheEntryUpload'])
    const second = await storeFile()
    expect(second).toMatchObject({ conclusion: 'success', hit: 'true', text: 'content', saved: 'false' })
    expect(await readFile(join(second.workspace, 'made/file'), 'utf8')).toBe('content')
    expect(names().slice(4)).toEqual(['GetCacheEntryDownloadURL', 'GET'])
  })

  it('find the newest entry by a restore key', async () => {
    await storeFile({ key: 'file-1', content: 'old' })
    await storeFile({ key: 'file-2', content: 'new' })
    const { log, hit } = await storeFile({ key: 'file-3', content: 'new', 'restore keys': 'none-\nfile-' })
    expect(log).toContain('restored from file-2')
    expect(hit).toBe('false')
  })

  it('let a client upload in blocks', async () => {
    const blob = await reserve('blocks')
    for (const [id, body] of Object.entries({ b: 'second', a: 'first ' })) {
      expect((await fetch(`${blob}&comp=block&blockid=${id}`, { method: 'PUT', body })).status).toBe(201)
    }
    const list = '<BlockList><Latest>a</Latest><Latest>b</Latest></BlockList>'
    expect((await fetch(`${blob}&comp=blocklist`, { method: 'PUT', body: list })).status).toBe(201)
    expect(await call('FinalizeCacheEntryUpload', { key: 'blocks', version: 'v', size_bytes: '12' })).toMatchObject({ body: { ok: true } })
    const part = await fetch(blob, { headers: { range: 'bytes=2-7' } })
    expect({ status: part.status, range: part.headers.get('content-range'), text: await part.text() }).toEqual({
      status: 206,
      range: 'bytes 2-7/12',
      text: 'rst se',
    })
  })

  it.each([
    ['a second upload of one key', async () => (await reserve('twice'), call('CreateCacheEntry', { key: 'twice', version: 'v' })), 409],
    ['a token it does not know', () => call('CreateCacheEntry', { key: 'k', version: 'v' }, 'other'), 401],
    ['an upload that was not reserved', () => call('FinalizeCacheEntryUpload', { key: 'k', version: 'v', size_bytes: '1' }), 404],
    ['an address that was not handed out', async () => fetch(`${(await reserve('k')).split('?')[0]}?sig=x`), 403],
  ])('refuse %s', async (_what, request, status) => {
    expect((await request()).status).toBe(status)
  })

  it('commit no upload whose size differs from the announced one', async () => {
    const blob = await reserve('short')
    await fetch(blob, { method: 'PUT', body: 'four' })
    const reply = await call('FinalizeCacheEntryUpload', { key: 'short', version: 'v', size_bytes: '5' })
    expect(reply.body).toMatchObject({ ok: false, message: '5 bytes were announced, 4 came' })
    expect((await call('GetCacheEntryDownloadURL', { key: 'short', version: 'v' })).body).toEqual({ ok: false })
  })
})

describe(
  'a client meets',
  { ...onlyFull('six jobs of the real client; packages/action-kit/src/cache/remote-store.test.ts meets such services'), timeout: 120_000 },
  () => {
    it('a token that may only read: the job passes, nothing is saved', async () => {
      cache.switches.writable = false
      const { conclusion, saved, log } = await storeFile()
      expect({ conclusion, saved }).toEqual({ conclusion: 'success', saved: 'false' })
      expect(log).toMatch(/warning: .*cache write denied/)
      expect(cache.entries).toEqual([])
    })

    it('a refused save', async () => {
      cache.switches.faults.CreateCacheEntry = { status: 429, body: { code: 'resource_exhausted', msg: 'too many' } }
      expect(await storeFile()).toMatchObject({ conclusion: 'success', saved: 'false' })
      expect(names()).not.toContain('PUT')
    })

    it('an archive that does not unpack', async () => {
      await storeFile()
      await cache.spoil('file-1', 'bytes')
      expect(await storeFile()).toMatchObject({ conclusion: 'success', hit: 'false', text: 'content' })
    })

    it('an archive that unpacks to something else: only looking at the content shows it', async () => {
      await storeFile()
      await cache.spoil('file-1', 'content')
      const { log, hit, text } = await storeFile()
      expect({ hit, text }).toEqual({ hit: 'false', text: 'content' })
      expect(log).toContain('Cache restored successfully')
    })

    it('no service at all', async () => {
      await cache.stop()
      expect(await storeFile()).toMatchObject({ conclusion: 'success', hit: 'false', text: 'content', saved: 'false' })
    })

    it('a job that is cancelled before there is anything to keep', async () => {
      const cancel = new AbortController()
      const onLine = (line: string) => {
        if (line === 'making the file') cancel.abort()
      }
      expect(await storeFile({ wait: '60' }, { signal: cancel.signal, onLine })).toMatchObject({ conclusion: 'cancelled', saved: 'false' })
      expect(names()).toEqual(['GetCacheEntryDownloadURL'])
    })
  },
)

/** One call as a client would make it. */
async function call(rpc: string, body: unknown, token = cache.env['ACTIONS_RUNTIME_TOKEN']) {
  const url = new URL(`twirp/github.actions.results.api.v1.CacheService/${rpc}`, cache.env['ACTIONS_RESULTS_URL'])
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(body), headers: { authorization: `Bearer ${token}` } })
  return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> }
}

/** Reserve a key; returns where its archive goes. */
async function reserve(key: string): Promise<string> {
  return String((await call('CreateCacheEntry', { key, version: 'v' })).body['signed_upload_url'])
}
