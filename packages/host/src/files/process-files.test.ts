import { execFileSync } from 'node:child_process'
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
    const refused = { code: 'FILE_NOT_FOUND', message: expect.stringContaining(`${path} leads to a file of a process, /proc/`) as string }
    await expect(fs.readFile(path)).rejects.toMatchObject(refused)
    await expect(fs.open(path, 'r')).rejects.toMatchObject(refused)
    await expect(fs.copyFile(path, join(scratch, 'copy'))).rejects.toMatchObject(refused)
    await expect(fs.createReadStream(path).toArray()).rejects.toMatchObject(refused)
  })

  it('is read by its own name, and other files through links', async () => {
    expect(await fs.readFile('/proc/self/stat', 'utf8')).toMatch(/^\d+ /)
    await writeFile(join(scratch, 'file'), 'content')
    await symlink('file', join(scratch, 'to-file'))
    expect(await fs.readFile(join(scratch, 'to-file'), 'utf8')).toBe('content')
    await expect(fs.readFile(join(scratch, 'none'))).rejects.toMatchObject({ code: 'ENOENT' })
  })
})

describe('a named pipe', () => {
  it('is not waited for in the place of a file, and what a shell gives is read', async () => {
    const path = join(scratch, 'pipe')
    execFileSync('mkfifo', [path])
    await symlink('pipe', join(scratch, 'to-pipe'))
    for (const name of [path, join(scratch, 'to-pipe')]) {
      const refused = { code: 'FILE_NOT_FOUND', message: `${name} is a named pipe, which might be waited for without end.` }
      await expect(fs.readFile(name)).rejects.toMatchObject(refused)
      await expect(fs.open(name, 'r')).rejects.toMatchObject(refused)
      await expect(fs.open(name, fs.constants.O_RDONLY)).rejects.toMatchObject(refused)
      await expect(fs.copyFile(name, join(scratch, 'copy'))).rejects.toMatchObject(refused)
      await expect(fs.createReadStream(name).toArray()).rejects.toMatchObject(refused)
      await expect(nodeHost().sha256File(name)).rejects.toMatchObject(refused)
      await (await fs.open(name, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK)).close()
    }
    const script = `import { nodeHost } from ${JSON.stringify(new URL('../node-host.ts', import.meta.url).href)}
      process.stdout.write(await nodeHost().fs.readFile(process.argv[2], 'utf8'))`
    await writeFile(join(scratch, 'read.ts'), script)
    const read = `${process.execPath} ${join(scratch, 'read.ts')} <(echo content)`
    expect(execFileSync('bash', ['-c', read], { encoding: 'utf8' })).toBe('content\n')
  })
})
