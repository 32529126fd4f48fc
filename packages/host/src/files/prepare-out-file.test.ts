import { execFileSync } from 'node:child_process'
import { lstat, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { prepareOutFile } from './prepare-out-file.ts'

const prepare = (named: string) => prepareOutFile(nodeHost(), { option: '--junit', named })

describe('a file for output', () => {
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kernelkit-junit-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('gets its folder, and loses what an earlier run left', async () => {
    const path = join(folder, 'a/b/results.xml')
    expect(await prepare(path)).toBe(path)
    await writeFile(path, 'old')
    await prepare(path)
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.each(['/proc/none/results.xml', '/dev/null/results.xml'])('is refused at %s before anything runs', async (path) => {
    await expect(prepare(path)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  })

  it('is refused when it is a device or a pipe, which stays', async () => {
    const pipe = join(folder, 'pipe')
    execFileSync('mkfifo', [pipe])
    await expect(prepare(pipe)).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('is not a file') as string,
    })
    expect((await lstat(pipe)).isFIFO()).toBe(true)
  })

  it('is refused when it is a folder', async () => {
    await expect(prepare(folder)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  })
})
