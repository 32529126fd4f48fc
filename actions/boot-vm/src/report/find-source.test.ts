import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { sourceFinder } from './find-source.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-sources-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))
for (const path of ['work/linux/fs/a.c', 'work/mod/b.c', 'store/fs/a.c', 'outside.c']) {
  mkdirSync(dirname(join(scratch, path)), { recursive: true })
  writeFileSync(join(scratch, path), '')
}

it.each([
  ['fs/a.c', 'work/linux', 'work/linux/fs/a.c'],
  ['mod/b.c', 'work/linux', 'work/mod/b.c'],
  ['fs/a.c', 'store', undefined],
  ['fs/none.c', 'work/linux', undefined],
  ['../outside.c', 'work/linux', undefined],
])('%s of a kernel built in %s is %s', async (source, tree, expected) => {
  const find = sourceFinder(nodeHost(), { workspace: join(scratch, 'work'), tree: join(scratch, tree) })
  expect(await find(source)).toBe(expected === undefined ? undefined : join(scratch, expected))
  expect(await find(join(scratch, 'work/mod/b.c'))).toBe(join(scratch, 'work/mod/b.c'))
})
