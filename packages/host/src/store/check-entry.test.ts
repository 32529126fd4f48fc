import { cp, mkdir, mkdtemp, open, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLogger } from '../logger.ts'
import { nodeHost } from '../node-host.ts'
import { openStore, openStoreToLook } from './open-store.ts'

let root = ''
let warned: string[] = []
let noted: string[] = []
let read: string[] = []
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'kernelkit-damage-'))
  warned = []
  noted = []
  read = []
})
afterEach(() => rm(root, { recursive: true, force: true }))

const loggingHost = () => nodeHost({ log: { ...silentLogger, warn: (line) => warned.push(line), info: (line) => noted.push(line) } })

function storeAt(at = join(root, 'store')) {
  const host = loggingHost()
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
    await mkdir(join(directory, 'scripts/gdb'), { recursive: true })
    await writeFile(join(directory, 'scripts/gdb/tasks.py'), 'import gdb\n')
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
  [
    'in a subdirectory was changed',
    (directory) => writeFile(join(directory, 'scripts/gdb/tasks.py'), 'import bad\n'),
    'scripts/gdb/tasks.py has other bytes than when it was made',
  ],
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
  expect(read.toSorted()).toEqual(
    ['bzImage', 'key.txt', 'manifest.json', 'scripts/gdb/tasks.py', 'vmlinux'].map((name) => join(copy, 'kernel', entry.key, name)),
  )
  expect(warned).toEqual([])
})

it.each<[string, (tree: string) => Promise<void>, string]>([
  [
    'was changed',
    (tree) => writeFile(join(tree, '7/file 7.c'), 'int seven = 8;\n'),
    'tree/7/file 7.c has other bytes than when it was made',
  ],
  ['was truncated', (tree) => truncate(join(tree, '7/file 7.c'), 3), 'tree/7/file 7.c has 3 bytes instead of 15'],
])('A source of many files one of which %s is made again.', async (_title, damage, what) => {
  const source = {
    kind: 'source',
    material: [['package', 'linux']],
    produce: async (directory: string) => {
      for (let index = 0; index < 300; index++) {
        await mkdir(join(directory, `tree/${index}`), { recursive: true })
        await writeFile(join(directory, `tree/${index}/file ${index}.c`), `int seven = ${index % 10};\n`)
      }
    },
  } as const
  const { entry } = await (await storeAt()).obtain(source)
  await utimes(join(entry.path, 'tree/9/file 9.c'), 1, 1)
  expect((await (await storeAt()).obtain(source)).cached).toBe(true)
  await damage(join(entry.path, 'tree'))
  expect((await (await storeAt()).obtain(source)).cached).toBe(false)
  expect(warned).toEqual([`the source ${entry.key.slice(0, 12)} in the store is damaged (${what}): it is not used, and made again`])
})

it.each<[string, number, string]>([
  ['in what it holds', 70 * 2 ** 20 + 5, 'root.ext4 has other bytes than when it was made'],
  ['in one of its holes', 3 * 2 ** 20, 'root.ext4 has other bytes than when it was made'],
])('A disk image that was changed %s is made again; one that was only touched or copied is not.', async (_title, at, what) => {
  const image = {
    kind: 'image',
    material: [['suite', 'bookworm']],
    produce: async (directory: string) => {
      await writeFile(join(directory, 'root.ext4'), '')
      await truncate(join(directory, 'root.ext4'), 80 * 2 ** 20)
      await using file = await open(join(directory, 'root.ext4'), 'r+')
      await file.write(Buffer.alloc(1000, 'i'), 0, 1000, 70 * 2 ** 20)
    },
  } as const
  const { entry } = await (await storeAt()).obtain(image)
  await utimes(join(entry.path, 'root.ext4'), 1, 1)
  expect((await (await storeAt()).obtain(image)).cached).toBe(true)
  await using file = await open(join(entry.path, 'root.ext4'), 'r+')
  await file.write(Buffer.from('x'), 0, 1, at)
  await utimes(join(entry.path, 'root.ext4'), 2, 2)
  expect((await (await storeAt()).obtain(image)).cached).toBe(false)
  expect(warned).toEqual([`the image ${entry.key.slice(0, 12)} in the store is damaged (${what}): it is not used, and made again`])
})

it('takes an artifact in whose directories a program has left something', async () => {
  const { entry } = await (await storeAt()).obtain(wanted)
  await mkdir(join(entry.path, 'scripts/gdb/__pycache__'))
  await writeFile(join(entry.path, 'scripts/gdb/__pycache__/tasks.pyc'), 'code')
  expect((await (await storeAt()).obtain(wanted)).cached).toBe(true)
  expect(warned).toEqual([])
})

it('notes what an artifact of an earlier release holds when it is first used, and says so', async () => {
  const { entry } = await (await storeAt()).obtain(wanted)
  await rm(join(root, 'store/state/digests'), { recursive: true })
  for (let times = 0; times < 2; times++) expect((await (await storeAt()).obtain(wanted)).cached).toBe(true)
  expect(noted).toEqual([`noting the digests of the kernel ${entry.key.slice(0, 12)} in the store, which an earlier release made`])
  await truncate(join(entry.path, 'vmlinux'), 100)
  expect((await (await storeAt()).obtain(wanted)).cached).toBe(false)
})

it('does not take a damaged artifact under --dry-run, and writes no note of it', async () => {
  const { entry } = await (await storeAt()).obtain(wanted)
  await utimes(join(entry.path, 'bzImage'), 1, 1)
  const look = () => openStoreToLook(loggingHost(), join(root, 'store'))
  const notes = async () => readdir(join(root, 'store/state/digests'), { withFileTypes: true })
  const before = await notes()
  expect(await look().lookup('kernel', entry.key)).toMatchObject({ key: entry.key })
  await truncate(join(entry.path, 'vmlinux'), 100)
  expect(await look().lookup('kernel', entry.key)).toBeUndefined()
  await expect(look().obtain(wanted)).rejects.toMatchObject({ code: 'DRY_RUN_LIMIT' })
  expect(await notes()).toEqual(before)
  expect(warned[0]).toContain('(vmlinux has 100 bytes instead of 20000)')
})
