import { lstat, mkdir, mkdtemp, readFile, realpath, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { checkOutPath, makeNamedDirectory, prepareOutFile, requirePlainPlace, withHeldDirectory, writeOutFile } from './out-path.ts'

let scratch = ''
let outside = ''
let checkout = ''
beforeEach(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-out-')))
  outside = join(scratch, 'outside')
  checkout = join(scratch, 'checkout')
  await mkdir(join(checkout, 'real'), { recursive: true })
  await mkdir(outside)
  await symlink(outside, join(checkout, 'link'))
  await symlink('../outside', join(checkout, 'real', 'link'))
})
afterEach(() => rm(scratch, { recursive: true, force: true }))

const host = () => nodeHost({ cwd: checkout })

describe('a path for what we write', () => {
  it.each(['link', 'link/a', 'real/link/a/b', 'real/../link'])(
    '%s, which leads through a link of the checkout, is refused',
    async (named) => {
      const expected = { code: 'LINK_IN_PATH', message: expect.stringContaining('leads through a symbolic link: ') as string }
      await expect(makeNamedDirectory(host(), { option: 'artifacts', named })).rejects.toMatchObject(expected)
      await expect(prepareOutFile(host(), { option: 'junit', named: `${named}/x.xml` })).rejects.toMatchObject(expected)
      await expect(checkOutPath(host(), named)).rejects.toMatchObject(expected)
      await expect(checkOutPath(nodeHost({ cwd: '/' }), join(checkout, named))).rejects.toMatchObject(expected)
      expect(await nodeHost().fs.readdir(outside)).toEqual([])
    },
  )

  it('links of the system’s own directories are followed', async () => {
    const found = await requirePlainPlace(nodeHost({ cwd: '/' }), { option: 'out', named: '/var/run/x/y' })
    expect(found).toBe(join(await realpath('/var/run'), 'x/y'))
    expect(await requirePlainPlace(host(), { option: 'out', named: 'real/new/deep' })).toBe(join(checkout, 'real/new/deep'))
  })

  it('a link in the place of the file itself is replaced, not followed', async () => {
    await writeFile(join(outside, 'x.xml'), 'theirs')
    await symlink(join(outside, 'x.xml'), join(checkout, 'real', 'x.xml'))
    const path = await prepareOutFile(host(), { option: 'junit', named: 'real/x.xml' })
    await symlink(join(outside, 'x.xml'), path)
    await writeOutFile(host(), path, 'ours')
    expect(await readFile(join(outside, 'x.xml'), 'utf8')).toBe('theirs')
    expect(await readFile(path, 'utf8')).toBe('ours')
    expect((await lstat(path)).isFile()).toBe(true)
  })

  it('a directory that was turned into a link meanwhile is not followed', async () => {
    const path = await prepareOutFile(host(), { option: 'junit', named: 'real/x.xml' })
    await rm(join(checkout, 'real'), { recursive: true })
    await symlink(outside, join(checkout, 'real'))
    await expect(writeOutFile(host(), path, 'ours')).rejects.toMatchObject({ path })
    expect(await nodeHost().fs.readdir(outside)).toEqual([])
  })

  it('a directory that is held stays the same one when its name is given to another', async () => {
    await withHeldDirectory(host(), join(checkout, 'real'), async (held) => {
      await rename(join(checkout, 'real'), join(checkout, 'moved'))
      await symlink(outside, join(checkout, 'real'))
      await writeFile(join(held, 'x'), 'ours')
    })
    expect(await readFile(join(checkout, 'moved', 'x'), 'utf8')).toBe('ours')
    expect(await nodeHost().fs.readdir(outside)).toEqual([])
  })
})
