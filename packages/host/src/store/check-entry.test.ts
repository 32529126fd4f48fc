import { cp, mkdtemp, open, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLogger } from '../logger.ts'
import { nodeHost } from '../node-host.ts'
import { openStore } from './open-store.ts'

let root = ''
let warned: string[] = []
let read: string[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelkit-damage-'))
  warned = []
  read = []
})
afterEach(() => rm(root, { recursive: true, force: true }))

function storeAt(at = join(root, 'store')) {
  const host = nodeHost({ log: { ...silentLogger, warn: (line) => warned.push(line) } })
  const sha256File = async (path: string) => {
    read.push(path)
    return host.sha256File(path)
  }
  return openStore({ ...host, sha256File }, at)
}

const wanted = {
  kind: 'kernel',
  material: [['source', 'abc']],
  produce: async (directory: string) => {
    await writeFile(join(directory, 'bzImage'), Buffer.alloc(10_000, 'k'))
    await writeFile(join(directory, 'vmlinux'), Buffer.alloc(20_000, 'v'))
  },
} as const

it.each<[string, (directory: string) => Promise<void>, string]>([
  [
    'has 64 bytes flipped',
    async (directory) => {
      await using file = await open(join(directory, 'bzImage'), 'r+')
      await file.write(Buffer.alloc(64, 0xff), 0, 64, 5000)
    },
    'bzImage has other bytes than when it was made',
  ],
  ['was truncated', (directory) => truncate(join(directory, 'vmlinux'), 100), 'vmlinux has 100 bytes instead of 20000'],
  ['was removed', (directory) => rm(join(directory, 'vmlinux')), 'vmlinux is missing'],
])('An artifact whose file %s is made again, and that is said once.', async (_title, damage, what) => {
  const { entry } = await (await storeAt()).obtain(wanted)
  await damage(entry.path)
  const store = await storeAt()
  expect(await store.lookup('kernel', entry.key)).toBeUndefined()
  expect((await store.obtain(wanted)).cached).toBe(false)
  expect((await store.obtain(wanted)).cached).toBe(true)
  expect(warned).toEqual([`the kernel ${entry.key.slice(0, 12)} in the store is damaged (${what}): it is not used, and made again`])
})

it('reads an artifact again only once, after it was touched or copied', async () => {
  const { entry } = await (await storeAt()).obtain(wanted)
  read = []
  expect((await (await storeAt()).obtain(wanted)).cached).toBe(true)
  expect(read).toEqual([])
  await utimes(join(entry.path, 'bzImage'), 1, 1)
  for (let times = 0; times < 2; times++) expect((await (await storeAt()).obtain(wanted)).cached).toBe(true)
  expect(read).toEqual([join(entry.path, 'bzImage')])
  const copy = join(root, 'copy')
  await cp(join(root, 'store'), copy, { recursive: true })
  read = []
  for (let times = 0; times < 2; times++) expect((await (await storeAt(copy)).obtain(wanted)).cached).toBe(true)
  expect(read.toSorted()).toEqual(['bzImage', 'key.txt', 'manifest.json', 'vmlinux'].map((name) => join(copy, 'kernel', entry.key, name)))
  expect(warned).toEqual([])
})
