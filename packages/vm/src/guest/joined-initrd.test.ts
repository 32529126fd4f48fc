import { mkdtemp, open, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { nodeHost, silentLogger, openStore, openStoreToLook, type Store } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { joinedInitrd } from './joined-initrd.ts'

const warned: string[] = []
const host = nodeHost({ log: { ...silentLogger, warn: (line) => warned.push(line) } })
let directory: string
let store: Store

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-joined-'))
  store = await openStore(host, join(directory, 'store'))
  await writeFile(join(directory, 'agent'), 'AGENT')
})
afterAll(() => rm(directory, { recursive: true }))

async function joined(content: string, from = store): Promise<string> {
  const user = join(directory, 'user')
  await writeFile(user, content)
  return joinedInitrd({ user, agent: join(directory, 'agent'), host, store: from })
}

it('makes an archive once, and notes that it is wanted again', async () => {
  const path = await joined('user')
  expect(await readFile(path, 'latin1')).toBe('userAGENT')
  await utimes(path, 1000, 1000)
  expect(await joined('user')).toBe(path)
  expect((await stat(path)).mtimeMs).toBeGreaterThan(Date.now() - 60_000)
})

it.each<[string, (path: string) => Promise<void>, string]>([
  ['was truncated', (path) => truncate(path, 3), 'it has 3 bytes instead of 9'],
  [
    'was emptied by a crash, its time kept',
    (path) => truncate(path, 0).then(() => utimes(path, 1000, 1000)),
    'it has 0 bytes instead of 9',
  ],
  [
    'has other bytes',
    async (path) => {
      await using file = await open(path, 'r+')
      await file.write(Buffer.from('x'), 0, 1, 5)
    },
    'it was written to, or copied, after it was made',
  ],
])('An archive that %s is made again, and that is said.', async (_title, damage, what) => {
  const path = await joined('user')
  await damage(path)
  warned.length = 0
  for (let times = 0; times < 2; times++) {
    expect(await joined('user')).toBe(path)
    expect(await readFile(path, 'latin1')).toBe('userAGENT')
  }
  expect(warned).toEqual([`${path} in the store is damaged (${what}): it is not used, and made again`])
})

it('keeps a gigabyte of them, and whatever was wanted within the hour', async () => {
  const initrds = await store.workDirectory('initrds')
  const hours = { oldest: 3, old: 2, young: 0.5 }
  for (const [name, ago] of Object.entries(hours)) {
    const path = join(initrds, `${name}.cpio`)
    await writeFile(path, '')
    await truncate(path, 700 << 20)
    const at = Date.now() / 1000 - ago * 3600
    await utimes(path, at, at)
  }
  const looking = openStoreToLook(host, join(directory, 'store'))
  await joined('under --dry-run', looking)
  await joined('under --dry-run', looking)
  expect(await readdir(initrds)).toEqual(expect.arrayContaining(['oldest.cpio', 'old.cpio', 'young.cpio']))
  const fresh = basename(await joined('another'))
  expect(await readdir(initrds)).toEqual(expect.arrayContaining([fresh, 'young.cpio']))
  expect(await readdir(initrds)).not.toContain('oldest.cpio')
  expect(await readdir(initrds)).not.toContain('old.cpio')
  expect(await readdir(join(directory, 'store/state/initrds'))).toContain(`${fresh}.size`)
})
