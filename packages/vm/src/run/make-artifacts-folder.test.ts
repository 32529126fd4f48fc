import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeArtifactsFolder } from './make-artifacts-folder.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernelkit-artifacts-'))
})
afterEach(() => rm(folder, { recursive: true }))

it('makes the folder with its parents, and takes one that is there', async () => {
  const host = nodeHost({ cwd: folder })
  await makeArtifactsFolder(host, 'a/b')
  await makeArtifactsFolder(host, 'a/b')
  expect((await stat(join(folder, 'a/b'))).isDirectory()).toBe(true)
})

// Node's recursive mkdir never ends on /proc.
it.each(['/proc/x', '/proc/x/y', 'file', 'file/x'])('refuses %s at once', async (named) => {
  await writeFile(join(folder, 'file'), '')
  await expect(makeArtifactsFolder(nodeHost({ cwd: folder }), named)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
})
