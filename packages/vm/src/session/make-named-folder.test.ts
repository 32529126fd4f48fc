import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeNamedFolder } from './make-named-folder.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernelkit-artifacts-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('makes the folder with its parents, and takes one that is there', async () => {
  const make = () => makeNamedFolder(nodeHost({ cwd: folder }), { option: '--artifacts', named: 'a/b' })
  await make()
  await make()
  expect((await stat(join(folder, 'a/b'))).isDirectory()).toBe(true)
})

// Node's recursive mkdir never ends on /proc.
it.each(['/proc/x', '/proc/x/y', 'file', 'file/x'])('refuses %s at once', async (named) => {
  await writeFile(join(folder, 'file'), '')
  const made = makeNamedFolder(nodeHost({ cwd: folder }), { option: '--artifacts', named })
  await expect(made).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringContaining(`--artifacts ${named}`) })
})
