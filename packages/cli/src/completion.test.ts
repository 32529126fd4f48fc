import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { listPaths, listTests, takesPath } from './completion.ts'

let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-completion-'))
  await mkdir(join(directory, 'build'))
  await writeFile(join(directory, 'build', 'bzImage'), '')
  await writeFile(join(directory, 'bare.ext4'), '')
})

afterAll(() => rm(directory, { recursive: true }))

describe('completion of paths', () => {
  it.each([
    ['', ['bare.ext4', 'build/']],
    ['bu', ['build/']],
    ['build/', ['build/bzImage']],
    ['--kernel=b', ['bare.ext4', 'build/']],
    ['nowhere/', []],
  ])('after %j offers %j', async (word, paths) => {
    expect(await listPaths(word, nodeHost({ cwd: directory }))).toEqual(paths)
  })

  it('keeps an absolute directory as it was typed', async () => {
    expect(await listPaths(`${directory}/ba`, nodeHost())).toEqual([`${directory}/bare.ext4`])
  })

  it.each([
    ['-k, --kernel <file|dir>', true],
    ['--root <what>', true],
    ['-v, --share <src[:dst][:cow|ro|rw]>', true],
    ['--timeout <time>', false],
    ['--json', false],
  ])('is offered for `%s`: %s', (flags, offered) => {
    expect(takesPath(flags)).toBe(offered)
  })
})

describe('completion of tests', () => {
  it('offers the names of the nearest kernelkit.yaml, and nothing where it cannot be read', async () => {
    const project = join(directory, 'project')
    await mkdir(join(project, 'below'), { recursive: true })
    await writeFile(join(project, 'kernelkit.yaml'), 'tests: [{ name: smoke, run: a }, { name: net, run: b }]')
    expect(await listTests(nodeHost({ cwd: join(project, 'below') }))).toEqual(['smoke', 'net'])
    await writeFile(join(project, 'below', 'kernelkit.yaml'), 'tests: [')
    expect(await listTests(nodeHost({ cwd: join(project, 'below') }))).toEqual([])
  })
})
