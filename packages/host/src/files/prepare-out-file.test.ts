import { execFileSync } from 'node:child_process'
import { lstat, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { makeNamedDirectory, prepareOutFile, requirePlainPlace } from './out-path.ts'

const prepare = (named: string) => prepareOutFile(nodeHost(), { option: 'junit', named })

describe('a file for output', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kernelkit-junit-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  it('prepareOutFile makes the directory, and removes the file of an earlier run', async () => {
    const path = join(directory, 'a/b/results.xml')
    expect(await prepare(path)).toBe(path)
    await writeFile(path, 'old')
    await prepare(path)
    await expect(readFile(path)).rejects.toMatchObject({ code: 'ENOENT' })
  })

  it.each(['/proc/none/results.xml', '/dev/null/results.xml'])('prepareOutFile refuses %s before anything runs', async (path) => {
    await expect(prepare(path)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  })

  it.each([prepareOutFile, makeNamedDirectory, requirePlainPlace])('%o refuses -, which would be a file of that name', async (take) => {
    const host = nodeHost({ cwd: directory })
    await expect(take(host, { option: 'out', named: '-' })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: '--out -: this is not written to the standard output; it takes a path.',
      hint: 'Name another path; --out ./- is the one of that name.',
    })
    expect(await prepareOutFile(host, { option: 'out', named: './-' })).toBe(join(directory, '-'))
  })

  it('prepareOutFile refuses a device or a pipe, which stays', async () => {
    const pipe = join(directory, 'pipe')
    execFileSync('mkfifo', [pipe])
    await expect(prepare(pipe)).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining('is not a file') as string,
    })
    expect((await lstat(pipe)).isFIFO()).toBe(true)
  })

  it('prepareOutFile refuses a directory', async () => {
    await expect(prepare(directory)).rejects.toMatchObject({ code: 'ACCESS_DENIED' })
  })
})
