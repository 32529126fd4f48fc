import { mkdir, mkdtemp, readFile, readlink, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { linkTree } from './private-view.ts'

it('a tree without what was built in it is a link for each directory in which nothing was built, else for each file', async () => {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-links-')))
  try {
    const tree = join(directory, 'linux')
    const files = [
      'Makefile',
      'Kconfig',
      'init/main.c',
      'drivers/net/a.c',
      'drivers/net/deep/b.c',
      'drivers/usb/core/c.c',
      'drivers/usb/d.c',
    ]
    const built = ['.config', 'init/main.o', 'drivers/usb/core/c.o']
    for (const file of [...files, ...built]) {
      await mkdir(dirname(join(tree, file)), { recursive: true })
      await writeFile(join(tree, file), file)
    }
    await symlink('../gone', join(tree, 'drivers/net/link'))
    const entries = new Map([...files, 'drivers/net/link', 'drivers/usb/removed.c'].map((file) => [file, '']))
    const content = { digest: '', entries, list: { kind: 'run', why: '', argv: [] } } as const
    const links = await linkTree(nodeHost(), { tree, content, directory: join(directory, 'view') })
    for (const file of files) expect(await readFile(join(links, file), 'utf8')).toBe(file)
    for (const file of built) await expect(readFile(join(links, file))).rejects.toMatchObject({ code: 'ENOENT' })
    expect(await readlink(join(links, 'drivers/net'))).toBe(join(tree, 'drivers/net'))
    expect(await readlink(join(links, 'drivers/usb/d.c'))).toBe(join(tree, 'drivers/usb/d.c'))
    expect(await readFile(join(tree, 'init/main.o'), 'utf8')).toBe('init/main.o')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
