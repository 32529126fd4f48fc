import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { openStore } from './open-store.ts'
import { labelOf, listStoreItems, removeStoreItem } from './store-items.ts'
import type { Store } from './store.ts'

let root: string
let store: Store
const host = nodeHost()
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelkit-items-'))
  store = await openStore(host, root)
  await store.obtain({
    kind: 'image',
    material: [['suite', 'x']],
    produce: async (directory) => {
      await writeFile(join(directory, 'root.ext4'), Buffer.alloc(50_000, 1))
      await writeFile(join(directory, 'manifest.json'), JSON.stringify({ suite: 'bookworm', arch: 'x86_64' }))
    },
  })
  await writeFile(join(await store.workDirectory('build', 'one'), 'vmlinux.o'), Buffer.alloc(20_000, 1))
  await mkdir(join(await store.workDirectory('ccache'), '0'), { recursive: true })
  await store.workDirectory('state', 'projects')
})
afterEach(() => rm(root, { recursive: true, force: true }))

const names = async (): Promise<readonly string[]> =>
  (await listStoreItems(host, store)).map(({ kind, name, label }) => `${kind} ${label ?? name}`)

describe('the items of a store', () => {
  it('the items of a store are artifacts and work directories, largest first, without its own files', async () => {
    expect(await names()).toEqual(['image bookworm x86_64', 'build one', 'ccache .'])
  })

  it('items of a store are removed one by one', async () => {
    for (const item of await listStoreItems(host, store)) await removeStoreItem(host, store, item)
    expect(await names()).toEqual([])
    expect((await readdir(root)).toSorted()).toEqual(['build', 'image', 'locks', 'state', 'tmp'])
    expect(await readdir(join(root, 'tmp'))).toEqual([])
  })

  it('an item is in use while a process has one of its files open', async () => {
    const [image] = await listStoreItems(host, store)
    const reader = spawn('sh', ['-c', `exec 3<${image?.path ?? ''}/root.ext4; echo; exec sleep 60`])
    await once(reader.stdout, 'data')
    expect((await listStoreItems(host, store)).map(({ kind, inUse }) => [kind, inUse])).toEqual([
      ['image', 'a process uses it'],
      ['build', undefined],
      ['ccache', undefined],
    ])
    reader.kill('SIGKILL')
    await once(reader, 'exit')
    expect((await listStoreItems(host, store))[0]?.inUse).toBeUndefined()
  })

  it('work directories are in use while a run holds a named lock', async () => {
    await store.withLock('build one', async () => {
      expect((await listStoreItems(host, store)).map(({ kind, inUse }) => [kind, inUse])).toEqual([
        ['image', undefined],
        ['build', 'another run is at work'],
        ['ccache', 'another run is at work'],
      ])
    })
  })
})

describe('labelOf', () => {
  it.each([
    [
      { kind: 'kernel', release: '6.12.117', arch: 'x86_64', source: { label: 'deb:linux-source-6.12' } },
      '6.12.117 x86_64 deb:linux-source-6.12',
    ],
    [{ kind: 'image', suite: 'bookworm', arch: 'i386' }, 'bookworm i386'],
    [{ kind: 'source', package: { name: 'linux-source-6.12', version: '6.12.117-1' } }, 'linux-source-6.12 6.12.117-1'],
    [{ kind: 'source', tarball: 'https://x.test/a.tar' }, 'https://x.test/a.tar'],
    [{ kind: 'agent' }, undefined],
    ['text', undefined],
  ])('labelOf of %j is %j', (manifest, label) => expect(labelOf(manifest)).toBe(label))
})
