import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Logger } from '../logger.ts'
import { silentLogger } from '../logger.ts'
import { nodeHost } from '../node-host.ts'
import { defaultStoreRoot, isEntryLocked, openStore, openStoreToLook } from './open-store.ts'

const material = [['source', 'abc']] as const
let root: string
let said: string[]
let log: Logger
const host = (): ReturnType<typeof nodeHost> => nodeHost({ log })

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelkit-store-'))
  said = []
  log = { ...silentLogger, info: (line) => said.push(line), warn: (line) => said.push(line) }
})
afterEach(() => rm(root, { recursive: true, force: true }))

describe('the store under --dry-run', () => {
  it('the store of a dry run is not created, answers lookups without touching dates, and makes nothing', async () => {
    const absent = openStoreToLook(host(), join(root, 'absent'))
    expect(await absent.lookup('kernel', absent.keyOf(material))).toBeUndefined()
    const produce = (directory: string) => writeFile(join(directory, 'bzImage'), 'kernel')
    await expect(absent.obtain({ kind: 'kernel', material, produce })).rejects.toThrow('--dry-run changes nothing')
    await absent.withLock('name', () => absent.workDirectory('build', 'name'))
    expect(await readdir(root)).toEqual([])

    const { entry } = await (await openStore(host(), root)).obtain({ kind: 'kernel', material, produce })
    await utimes(entry.path, 1, 1)
    const look = openStoreToLook(host(), root)
    expect((await look.obtain({ kind: 'kernel', material, produce })).cached).toBe(true)
    expect((await look.lookup('kernel', entry.key))?.usedAt).toBe(1000)
    expect((await look.list()).map(({ usedAt }) => usedAt)).toEqual([1000])
    await expect(look.remove(entry)).rejects.toThrow('--dry-run')
  })
})

describe('the store', () => {
  it('the store makes an entry once and returns it afterwards', async () => {
    const store = await openStore(host(), root)
    let made = 0
    const options = {
      kind: 'kernel' as const,
      material,
      produce: async (directory: string) => {
        made++
        await writeFile(join(directory, 'bzImage'), 'kernel')
      },
    }
    const first = await store.obtain(options)
    const second = await store.obtain(options)
    expect([first.cached, second.cached, made]).toEqual([false, true, 1])
    expect((await readdir(second.entry.path)).toSorted()).toEqual(['bzImage', 'key.txt', 'manifest.json'])
    expect(await readFile(join(second.entry.path, 'key.txt'), 'utf8')).toBe('source="abc"\n')
    expect(second.entry.path).toBe(join(root, 'kernel', store.keyOf(material)))
  })

  it('the store has another key for other material', async () => {
    const store = await openStore(host(), root)
    expect(store.keyOf([['source', 'abd']])).not.toBe(store.keyOf(material))
    expect(store.keyOf(material)).toMatch(/^[0-9a-f]{32}$/)
  })

  it('a failed maker leaves nothing in the store, and is tried again next time', async () => {
    const store = await openStore(host(), root)
    const failing = store.obtain({
      kind: 'image',
      material,
      produce: async (directory) => {
        await writeFile(join(directory, 'half'), 'x')
        throw new Error('no mirror')
      },
    })
    await expect(failing).rejects.toThrow('no mirror')
    expect(await readdir(join(root, 'tmp'))).toEqual([])
    expect(await store.lookup('image', store.keyOf(material))).toBeUndefined()
    expect((await store.obtain({ kind: 'image', material, produce: async () => {} })).cached).toBe(false)
  })

  it('force replaces an entry, and keeps the old one when the maker fails', async () => {
    const store = await openStore(host(), root)
    const write = (text: string) => (directory: string) => writeFile(join(directory, 'file'), text)
    const { entry } = await store.obtain({ kind: 'image', material, produce: write('old') })
    await expect(store.obtain({ kind: 'image', material, force: true, produce: () => Promise.reject(new Error('broke')) })).rejects.toThrow(
      'broke',
    )
    expect(await readFile(join(entry.path, 'file'), 'utf8')).toBe('old')
    expect((await store.obtain({ kind: 'image', material, force: true, produce: write('new') })).cached).toBe(false)
    expect(await readFile(join(entry.path, 'file'), 'utf8')).toBe('new')
  })

  it('a second maker waits, logs it once, and takes the entry of the first', async () => {
    const [one, two] = [await openStore(host(), root), await openStore(host(), root)]
    const started = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const first = one.obtain({
      kind: 'kernel',
      material,
      produce: () => {
        started.resolve()
        return goOn.promise
      },
    })
    await started.promise
    expect(await isEntryLocked(host(), one, { kind: 'kernel', key: one.keyOf(material) })).toBe(true)
    const second = two.obtain({ kind: 'kernel', material, produce: () => Promise.reject(new Error('made twice')) })
    await expect.poll(() => said.length).toBe(1)
    goOn.resolve()
    expect((await first).cached).toBe(false)
    expect((await second).cached).toBe(true)
    expect(said).toEqual([
      expect.stringMatching(/^waiting for the kernel [0-9a-f]{12}, which is being made, held by another run \(pid \d+\)$/),
    ])
    expect(await isEntryLocked(host(), one, { kind: 'kernel', key: one.keyOf(material) })).toBe(false)
  })

  it('a waiting maker stops when the signal is aborted', async () => {
    const store = await openStore(host(), root)
    const abort = new AbortController()
    await store.withLock('build', async () => {
      const waiting = store.withLock('build', async () => {}, { signal: abort.signal })
      await expect.poll(() => said.length).toBe(1)
      abort.abort(new Error('interrupted'))
      await expect(waiting).rejects.toThrow('aborted')
    })
  })

  it('a maker does not wait for a killed run, and removes what it left', async () => {
    const child = await startHolder()
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await readdir(join(root, 'tmp'))).toHaveLength(1)
    const store = await openStore(host(), root)
    expect(await readdir(join(root, 'tmp'))).toEqual([])
    expect((await store.obtain({ kind: 'kernel', material, produce: async () => {} })).cached).toBe(false)
    // Who waits for another run says so; a heartbeat is stale after 20 s.
    expect(said).toEqual([])
  })

  it('opening the store keeps what a living run is making', async () => {
    const child = await startHolder()
    await openStore(host(), root)
    expect(await readdir(join(root, 'tmp'))).toHaveLength(1)
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  it('the lock of a container without a heartbeat is taken over', async () => {
    const store = await openStore(host(), root)
    const lock = join(root, 'locks', `kernel-${store.keyOf(material)}.lock`)
    await mkdir(lock, { recursive: true })
    await writeFile(lock.replace(/lock$/, 'owner'), JSON.stringify({ ...(await ownIdentityOfAnotherNamespace()) }))
    const longAgo = Date.now() / 1000 - 60
    await utimes(lock, longAgo, longAgo)
    expect((await store.obtain({ kind: 'kernel', material, produce: async () => {} })).cached).toBe(false)
  })

  it('an entry has the time of its last use', async () => {
    const store = await openStore(host(), root)
    const { entry } = await store.obtain({ kind: 'kernel', material, produce: async () => {} })
    await utimes(entry.path, 1000, 1000)
    expect((await store.list())[0]?.usedAt).toBe(1_000_000)
    await store.lookup('kernel', entry.key)
    expect((await store.list())[0]?.usedAt).toBeGreaterThan(Date.now() - 60_000)
  })

  it('the store lists the disk space of an entry, and removes it', async () => {
    const store = await openStore(host(), root)
    const { entry } = await store.obtain({
      kind: 'image',
      material,
      produce: (directory) => writeFile(join(directory, 'disk'), Buffer.alloc(100_000, 1)),
    })
    const listed = await store.list()
    expect(listed.map(({ kind, key }) => [kind, key])).toEqual([['image', entry.key]])
    expect(listed[0]?.bytes).toBeGreaterThanOrEqual(100_000)
    await store.remove(entry)
    expect(await store.list()).toEqual([])
    expect(await readdir(join(root, 'tmp'))).toEqual([])
  })

  it('the store reports DISK_FULL for any error that wraps ENOSPC', async () => {
    const store = await openStore(host(), root)
    const full = new Error('tar failed', { cause: Object.assign(new Error('write'), { code: 'ENOSPC' }) })
    await expect(store.obtain({ kind: 'image', material, produce: () => Promise.reject(full) })).rejects.toMatchObject({
      code: 'DISK_FULL',
    })
  })

  it('openStore refuses a path that is a file', async () => {
    await writeFile(join(root, 'file'), '')
    await expect(openStore(host(), join(root, 'file'))).rejects.toMatchObject({ code: 'STORE_NOT_A_DIRECTORY' })
    await expect(openStore(host(), join(root, 'file', 'below'))).rejects.toMatchObject({ code: 'STORE_NOT_A_DIRECTORY' })
  })

  it('openStore fails, and does not hang, in /proc', async () => {
    await expect(openStore(host(), '/proc/kernelkit/store')).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  })

  it('a store that is not writable answers lookups, and reports what it cannot write', async (context) => {
    const store = await openStore(host(), root)
    const { entry } = await store.obtain({ kind: 'kernel', material, produce: async () => {} })
    const answer = await asReader(
      `const { openStore, nodeHost } = await import(${JSON.stringify(join(import.meta.dirname, '../index.ts'))})
       const store = await openStore(nodeHost(), ${JSON.stringify(root)})
       const found = await store.lookup('kernel', ${JSON.stringify(entry.key)})
       const refused = await store.obtain({ kind: 'image', material: [], produce: async () => {} }).catch((error) => error.code)
       process.send([found?.key, refused])`,
    )
    if (answer === undefined) context.skip('this checkout is not readable by other users')
    expect(answer).toEqual([entry.key, 'ACCESS_DENIED'])
  })

  it('work directories are below the root and nowhere else', async () => {
    const store = await openStore(host(), root)
    expect(await store.workDirectory('build', 'a')).toBe(join(root, 'build', 'a'))
    await expect(store.workDirectory('build', '..')).rejects.toThrow("'..' is not a directory name")
  })
})

describe('defaultStoreRoot', () => {
  it.each([
    [{ KERNELKIT_CACHE_DIR: '/own', XDG_CACHE_HOME: '/xdg' }, '/own'],
    [{ KERNELKIT_CACHE_DIR: 'own' }, '/work/own'],
    [{ KERNELKIT_CACHE_DIR: '', XDG_CACHE_HOME: '/xdg' }, '/xdg/kernelkit'],
    [{ XDG_CACHE_HOME: 'relative' }, '/home/u/.cache/kernelkit'],
    [{}, '/home/u/.cache/kernelkit'],
    [{ XDG_CACHE_HOME: '/home/u/my cache' }, '/var/tmp/kernelkit-1234'],
    [{ XDG_CACHE_HOME: '/home/u/$cache' }, '/var/tmp/kernelkit-1234'],
    [{ KERNELKIT_CACHE_DIR: '/own cache' }, '/own cache'],
  ])('defaultStoreRoot with %j is %s', (env, expected) => {
    expect(defaultStoreRoot({ env, home: '/home/u', cwd: '/work', uid: 1234 })).toBe(expected)
  })

  it('defaultStoreRoot of a home with a blank is a directory of this user in /var/tmp, whose builds make can take', () => {
    expect(defaultStoreRoot({ env: {}, home: '/home/a b', cwd: '/work', uid: 1234 })).toBe('/var/tmp/kernelkit-1234')
  })
})

/** Another process that holds the lock of `material` and has begun to fill its directory. */
async function startHolder(): Promise<ChildProcess> {
  const script = join(root, '..', `${root.split('/').pop()}-holder.mjs`)
  await writeFile(
    script,
    `import { nodeHost, openStore } from ${JSON.stringify(join(import.meta.dirname, '../index.ts'))}
     const store = await openStore(nodeHost(), ${JSON.stringify(root)})
     await store.obtain({ kind: 'kernel', material: [['source', 'abc']], produce: () => new Promise(() => { process.send('making'); setInterval(() => {}, 1000) }) })`,
  )
  const child = fork(script, { execArgv: [] })
  await once(child, 'message')
  await rm(script)
  return child
}

/** Run a script as a user who may not write the store: the tests of a container run as root, who may write everything. */
async function asReader(script: string): Promise<unknown> {
  const path = join(root, 'reader.mjs')
  await writeFile(path, script)
  for (const directory of [root, join(root, 'kernel'), join(root, 'locks'), join(root, 'tmp')]) await chmod(directory, 0o555)
  const isRoot = process.getuid?.() === 0
  const child = fork(path, { execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'], ...(isRoot ? { uid: 65534, gid: 65534 } : {}) })
  let complaints = ''
  child.stderr?.on('data', (text: Buffer) => (complaints += text.toString()))
  const answer = await Promise.race([
    once(child, 'message').then(([message]) => message as unknown),
    once(child, 'exit').then(() => undefined),
  ])
  for (const directory of [root, join(root, 'kernel'), join(root, 'locks'), join(root, 'tmp')]) await chmod(directory, 0o755)
  if (answer === undefined && !complaints.includes('EACCES')) throw new Error(complaints)
  return answer
}

async function ownIdentityOfAnotherNamespace(): Promise<Record<string, unknown>> {
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
  return { bootId, pidNamespace: 'pid:[1]', pid: 1, startTicks: '1' }
}
