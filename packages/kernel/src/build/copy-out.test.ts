import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost, silentLogger, type Host } from '@kernelkit/host'
import { copyOut } from './copy-out.ts'

describe('copyOut', () => {
  let directory: string
  let entry: { readonly path: string }
  let out: string
  const host = nodeHost({ log: silentLogger })

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kernelkit-out-'))
    entry = { path: join(directory, 'entry') }
    out = join(directory, 'out')
    await mkdir(join(entry.path, 'gdb'), { recursive: true })
    for (const name of ['bzImage', 'vmlinux', 'key.txt', 'gdb/script.py']) await writeFile(join(entry.path, name), `new ${name}`)
  })
  afterEach(() => rm(directory, { recursive: true, force: true }))

  it('copyOut replaces old files and directories, and keeps other files', async () => {
    await mkdir(join(out, 'gdb'), { recursive: true })
    for (const name of ['bzImage', 'mine', 'gdb/old.py']) await writeFile(join(out, name), 'old')
    await copyOut(host, { entry, out })
    expect((await readdir(out, { recursive: true })).toSorted()).toEqual(['bzImage', 'gdb', 'gdb/script.py', 'mine', 'vmlinux'])
    expect(await readFile(join(out, 'bzImage'), 'utf8')).toBe('new bzImage')
  })

  it('copyOut keeps the old files when the disk fills up half-way, and keeps git out of a new directory', async () => {
    await copyOut(host, { entry, out })
    expect(await readFile(join(out, '.gitignore'), 'utf8')).toBe('*\n')
    await writeFile(join(entry.path, 'bzImage'), 'newer')
    const before = await readdir(out, { recursive: true })
    const cp: Host['fs']['cp'] = async (from, to, options) => {
      if (String(from).endsWith('vmlinux')) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      await host.fs.cp(from, to, options)
    }
    await expect(copyOut({ ...host, fs: { ...host.fs, cp } }, { entry, out })).rejects.toThrow('no space is left')
    expect(await readFile(join(out, 'bzImage'), 'utf8')).toBe('new bzImage')
    expect(await readdir(out, { recursive: true })).toEqual(before)
  })
})
