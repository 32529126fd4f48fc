import { mkdtemp, readFile, readdir, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { nodeHost, openStore, openStoreToLook, type Store } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { joinedInitrd } from './joined-initrd.ts'

const host = nodeHost()
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
})
