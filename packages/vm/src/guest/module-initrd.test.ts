import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { nodeHost, openStore } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { moduleInitrd } from './module-initrd.ts'

const host = nodeHost()
let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-modules-'))
  await writeFile(join(directory, 'agent'), 'AGENT')
  await writeFile(join(directory, 'secret'), 'a-secret')
  await symlink('secret', join(directory, 'link.ko'))
  await writeFile(join(directory, 'good.ko.gz'), gzipSync('\u007FELF and more'))
})
afterAll(() => rm(directory, { recursive: true }))

async function withModule(file: string): Promise<string> {
  const store = await openStore(host, join(directory, 'store'))
  return moduleInitrd({
    initrd: join(directory, 'agent'),
    modules: [{ name: 'm', file: join(directory, file), optional: false }],
    host,
    store,
  })
}

it('gives the guest an unpacked module', async () => {
  expect(await readFile(await withModule('good.ko.gz'), 'latin1')).toContain('\u007FELF and more')
})

it('gives the guest no file that is not a module, whatever a checkout calls one', async () => {
  for (const name of ['secret', 'link.ko']) await expect(withModule(name)).rejects.toMatchObject({ code: 'NO_SUCH_MODULE' })
})
