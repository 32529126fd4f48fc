import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { blockNames, camelCase, fileRows, givenOptions, type BlockName } from '@kernelkit/core/options'
import { nodeHost } from '@kernelkit/host'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readOptions } from './read-options.ts'

let scratch = ''
let workspace = ''
beforeAll(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-workspace-')))
  workspace = join(scratch, 'workspace')
  await mkdir(join(workspace, 'linux'), { recursive: true })
  await mkdir(join(workspace, 'project'))
  await writeFile(join(scratch, 'secret'), 'a-secret')
  await writeFile(join(workspace, 'file'), '')
  for (const [name, target] of [
    ['link', '../secret'],
    ['deep', '..'],
    ['inside', 'file'],
    ['linux/in-source.config', '../../secret'],
    ['project/kernelkit.yaml', '../../secret'],
  ] as const)
    await symlink(target, join(workspace, name))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

/** The refused path, relative to the workspace. */
async function refused(block: BlockName, given: Readonly<Record<string, unknown>>, cwd = workspace): Promise<string | undefined> {
  const host = nodeHost({ cwd, env: { HOME: scratch } })
  const command = { kernel: 'build', image: 'bake', vm: 'run' }[block]
  try {
    await readOptions({ host, inputs: givenOptions(given), readAlso: () => {}, workspace }, { block, command })
    return undefined
  } catch (error) {
    expect(error).toMatchObject({ code: 'LINK_IN_PATH', message: expect.stringContaining(scratch) as string })
    return (error as { readonly details: { readonly path: string } }).details.path.slice(workspace.length + 1)
  }
}

describe('an input of an action that names a file in the workspace', () => {
  const rows = blockNames.flatMap((block) => fileRows(block).map((row) => [block, row.name, row] as const))
  const reading = rows.filter(([, , { path, reach }]) => path !== undefined && reach !== 'writes')

  it.each(reading.map(([block, name, row]) => [block, name, row.kind] as const))(
    'is refused where a link leads out of the workspace: %s.%s',
    async (block, name, kind) => {
      const value = (path: string) => ({ [camelCase(name)]: kind === 'list' ? [path] : path })
      for (const path of ['./link', 'deep/secret', 'deep/not/there']) expect(await refused(block, value(path))).toBe(join(path))
      for (const path of ['./inside', './file', './none', join(scratch, 'secret')])
        expect(await refused(block, value(path))).toBeUndefined()
    },
  )

  it('is refused in the source, as the working directory, and as the project file', async () => {
    expect(await refused('kernel', { source: './linux', config: ['in-source.config'] })).toBe('linux/in-source.config')
    expect(await refused('vm', {}, join(workspace, 'deep'))).toBe('deep')
    expect(await refused('vm', { projectFile: true }, join(workspace, 'project'))).toBe('project/kernelkit.yaml')
  })
})
