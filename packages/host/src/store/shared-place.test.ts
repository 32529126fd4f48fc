import { chmod, mkdir, mkdtemp, rm, stat, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { openStore, openStoreToLook } from './open-store.ts'
import { requireOwn, storeInSharedPlace } from './shared-place.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-shared-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const host = nodeHost()
// A user that this machine does not have: for it every directory that this test makes is another user's.
const stranger = { ...host, uid: 3_000_000_000 + process.pid }
const notOwn = (path: string, uid: number) => ({
  code: 'ACCESS_DENIED',
  message: expect.stringContaining(`the store ${path} is not a directory that only uid ${uid} may write (owner `) as string,
})

describe('a directory where every user may make one', () => {
  it('is taken when this user alone may write it, and when there is none', async () => {
    for (const path of [directory, join(directory, 'none')]) await expect(requireOwn(host, path)).resolves.toBeUndefined()
  })

  it('is refused when another user made it, others may write it, or it is a link', async () => {
    await expect(requireOwn(stranger, directory)).rejects.toMatchObject(notOwn(directory, stranger.uid))
    const [open, link] = [join(directory, 'open'), join(directory, 'link')]
    await mkdir(open)
    await chmod(open, 0o777)
    await symlink(directory, link)
    for (const path of [open, link]) await expect(requireOwn(host, path)).rejects.toMatchObject(notOwn(path, host.uid))
  })
})

it('a store in /var/tmp that another user made is used by no run and no dry run', async () => {
  const root = storeInSharedPlace(stranger)
  const refused = notOwn(root, stranger.uid)
  try {
    await expect(openStore(stranger, root)).rejects.toMatchObject(refused)
    expect((await stat(root)).mode & 0o777).toBe(0o700)
    await expect(openStoreToLook(stranger, root).lookup('kernel', 'abc')).rejects.toMatchObject(refused)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
})
