import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { checkOutPath } from './out-path.ts'
import { silentLogger } from '../logger.ts'
import { nodeHost } from '../node-host.ts'

it('checkOutPath finds out before the work whether --out is writable, and makes nothing', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-out-'))
  const host = nodeHost({ log: silentLogger, cwd: directory })
  const access: typeof host.fs.access = async (path) => {
    if (path === directory) throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
  }
  const refusing = { ...host, fs: { ...host.fs, access } }
  try {
    await writeFile(join(directory, 'file'), '')
    for (const out of ['new', 'a/b/c', 'file', '.']) {
      await checkOutPath(host, out)
      await expect(checkOutPath(refusing, out)).rejects.toThrow(`the directory ${directory} is not writable for you`)
    }
    expect(await host.fs.readdir(directory)).toEqual(['file'])
  } finally {
    await rm(directory, { recursive: true })
  }
})
