import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { openStore } from '../store/open-store.ts'
import { findProject, readProject, recordProject } from './project.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-project-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('findProject', () => {
  const projectOf = (cwd: string): Promise<string> => findProject(nodeHost({ cwd }))

  it('the project is the directory of the nearest kernelkit.yaml, else the git work tree, else the working directory', async () => {
    await mkdir(join(directory, 'repo', 'part', 'deep'), { recursive: true })
    expect(await projectOf(join(directory, 'repo', 'part'))).toBe(join(directory, 'repo', 'part'))
    await writeFile(join(directory, 'repo', '.git'), 'gitdir: elsewhere\n')
    expect(await projectOf(join(directory, 'repo', 'part', 'deep'))).toBe(join(directory, 'repo'))
    await writeFile(join(directory, 'repo', 'part', 'kernelkit.yaml'), '')
    expect(await projectOf(join(directory, 'repo', 'part', 'deep'))).toBe(join(directory, 'repo', 'part'))
  })
})

describe('the record of a project', () => {
  it('recordProject keeps the results of build and bake by project and architecture', async () => {
    const host = nodeHost()
    const store = await openStore(host, join(directory, 'store'))
    const [kernel, image, other] = [join(directory, 'kernel.json'), join(directory, 'image.json'), join(directory, 'other.json')]
    await Promise.all([kernel, image, other].map((path) => writeFile(path, '{}')))
    const here = { project: '/p/one', arch: 'x86_64' } as const
    expect(await readProject(host, store, here)).toEqual({})
    await Promise.all([recordProject(host, store, { ...here, kernel }), recordProject(host, store, { ...here, image })])
    await recordProject(host, store, { ...here, arch: 'i386', kernel: other })
    expect(await readProject(host, store, here)).toEqual({ kernel, image })
    expect(await readProject(host, store, { ...here, arch: 'i386' })).toEqual({ kernel: other })
    expect(await readProject(host, store, { ...here, project: '/p/two' })).toEqual({})
    await rm(kernel)
    expect(await readProject(host, store, here)).toEqual({ image })
  })
})
