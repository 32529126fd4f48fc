import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArch } from '@kernelkit/core/arch'
import { nodeHost } from '@kernelkit/host'
import { expect, it } from 'vitest'
import { collectRequests } from './collect-requests.ts'

it('a directory as --config means its .kunitconfig, with presets to run it, and is missing without one', async () => {
  const tree = await mkdtemp(join(tmpdir(), 'kernelkit-requests-'))
  try {
    await mkdir(join(tree, 'lib/kunit'), { recursive: true })
    await writeFile(join(tree, 'lib/kunit/.kunitconfig'), 'CONFIG_KUNIT=y\nCONFIG_KUNIT_TEST=y\n# CONFIG_SMP is not set\n')
    const collect = (path: string) =>
      collectRequests(nodeHost(), {
        arch: parseArch('x86_64'),
        items: [{ kind: 'file', path, optional: false }],
        modules: 'auto',
        base: undefined,
        tree: async () => tree,
      })
    const { requests: found } = await collect('lib/kunit')
    expect(found.find(({ symbol }) => symbol === 'KUNIT_TEST')).toMatchObject({
      value: { value: 'y' },
      origin: { where: expect.stringMatching(/^lib\/kunit/) },
    })
    const values = Object.fromEntries(found.map(({ symbol, value }) => [symbol, value.value]))
    expect(values).toMatchObject({ PVH: 'y', KALLSYMS: 'y', SMP: 'n' })
    await expect(collect('lib')).rejects.toMatchObject({ code: 'CONFIG_FILE_MISSING' })
  } finally {
    await rm(tree, { recursive: true, force: true })
  }
})
