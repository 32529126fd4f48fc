import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { makeNamedDirectory } from './out-path.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-artifacts-'))
})
afterEach(() => rm(directory, { recursive: true }))

it('makes the directory with its parents, and accepts one that exists', async () => {
  const make = () => makeNamedDirectory(nodeHost({ cwd: directory }), { option: 'artifacts', named: 'a/b' })
  await make()
  await make()
  expect((await stat(join(directory, 'a/b'))).isDirectory()).toBe(true)
})

// Node's recursive mkdir never ends on /proc.
it.each(['/proc/x', '/proc/x/y', 'file', 'file/x'])('refuses %s at once', async (named) => {
  await writeFile(join(directory, 'file'), '')
  const made = makeNamedDirectory(nodeHost({ cwd: directory }), { option: 'artifacts', named })
  await expect(made).rejects.toMatchObject({ code: 'FILE_NOT_FOUND', message: expect.stringContaining(`--artifacts ${named}`) })
})
