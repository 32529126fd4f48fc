import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'

const { fs } = nodeHost()
let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kernelkit-process-files-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

describe('a file of a process', () => {
  it.each([
    ['link', '/proc/self/environ', ''],
    ['link-to-link', 'link', ''],
    ['directory', '/proc/self', '/environ'],
    ['directory-to-parent', '/proc', '/1/environ'],
  ])('is not read through a link in a checkout: %s', async (name, target, rest) => {
    await symlink(target, join(scratch, name))
    const path = join(scratch, name) + rest
    await expect(fs.readFile(path)).rejects.toMatchObject({ code: 'ELOOP', path })
    await expect(fs.open(path, 'r')).rejects.toMatchObject({ code: 'ELOOP', path })
    await expect(fs.copyFile(path, join(scratch, 'copy'))).rejects.toMatchObject({ code: 'ELOOP', path })
  })

  it('is read by its own name, and other files through links', async () => {
    expect(await fs.readFile('/proc/self/stat', 'utf8')).toMatch(/^\d+ /)
    await writeFile(join(scratch, 'file'), 'content')
    await symlink('file', join(scratch, 'to-file'))
    expect(await fs.readFile(join(scratch, 'to-file'), 'utf8')).toBe('content')
    await expect(fs.readFile(join(scratch, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})
