import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findTestsFile, splitWords } from './find-tests-file.ts'

describe('splitWords', () => {
  it.each([
    [[], undefined, []],
    [['smoke', 'net'], undefined, ['smoke', 'net']],
    [['ci/', 'smoke'], 'ci/', ['smoke']],
    [['./smoke'], './smoke', []],
    [['tests.yml'], 'tests.yml', []],
  ])('takes %j for file %j and tests %j', (words, named, names) => {
    expect(splitWords(words)).toEqual({ named, names })
  })
})

describe('findTestsFile', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kernelkit-tests-file-'))
    await mkdir(join(directory, 'ci/deep'), { recursive: true })
    await writeFile(join(directory, 'ci/kernelkit.yaml'), '')
  })
  afterAll(() => rm(directory, { recursive: true }))

  it('finds the nearest file, the named one and that of a named directory', async () => {
    const path = join(directory, 'ci/kernelkit.yaml')
    expect(await findTestsFile(nodeHost({ cwd: join(directory, 'ci/deep') }), undefined)).toBe(path)
    expect(await findTestsFile(nodeHost({ cwd: directory }), 'ci/')).toBe(path)
    expect(await findTestsFile(nodeHost({ cwd: directory }), 'ci/kernelkit.yaml')).toBe(path)
  })

  it.each([['none/'], ['deep.yaml'], [undefined]])('reports that there is no file for %j', async (named) => {
    await expect(findTestsFile(nodeHost({ cwd: directory }), named)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
  })
})
