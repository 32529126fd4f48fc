import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { openStore } from '../store/open-store.ts'
import { findProject, readProject, recordProject } from './project.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernelkit-project-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('findProject', () => {
  const projectOf = (cwd: string): Promise<string> => findProject(nodeHost({ cwd }))

  it('is the nearest kernelkit.yaml, else the git work tree, else the working directory', async () => {
    await mkdir(join(folder, 'repo', 'part', 'deep'), { recursive: true })
    expect(await projectOf(join(folder, 'repo', 'part'))).toBe(join(folder, 'repo', 'part'))
    await writeFile(join(folder, 'repo', '.git'), 'gitdir: elsewhere\n')
    expect(await projectOf(join(folder, 'repo', 'part', 'deep'))).toBe(join(folder, 'repo'))
    await writeFile(join(folder, 'repo', 'part', 'kernelkit.yaml'), '')
    expect(await projectOf(join(folder, 'repo', 'part', 'deep'))).toBe(join(folder, 'repo', 'part'))
  })
})

describe('the record of a project', () => {
  it('keeps the answers of build and bake apart by project and architecture', async () => {
    const host = nodeHost()
    const store = await openStore(host, join(folder, 'store'))
    const [kernel, image, other] = [join(folder, 'kernel.json'), join(folder, 'image.json'), join(folder, 'other.json')]
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
