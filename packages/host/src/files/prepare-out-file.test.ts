import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { prepareOutFile } from './prepare-out-file.ts'

const prepare = (named: string) => prepareOutFile(nodeHost(), { option: 'junit', named })

describe('a file for output', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kernelkit-junit-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  it('gets its directory, and loses what an earlier run left', async () => {
    const path = join(directory, 'a/b/results.xml')
    expect(await prepare(path)).toBe(path)
    await writeFile(path, 'old')
    await prepare(path)
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.each(['/proc/none/results.xml', '/dev/null/results.xml'])('is refused at %s before anything runs', async (path) => {
    await expect(prepare(path)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  })

  it('is refused when it is a directory', async () => {
    await expect(prepare(directory)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  })
})
