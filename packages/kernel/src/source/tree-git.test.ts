import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parseArch } from '@kernelkit/core/arch'
import { nodeHost, openStore } from '@kernelkit/host'
import { afterAll, expect, it } from 'vitest'
import { preparePathSource } from './path-source.ts'
import { readTreeContent } from './tree-content.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-tree-git-'))
afterAll(() => rmSync(scratch, { recursive: true }))

it('A tree is read without the program that a repository in it names for its files.', async () => {
  const [tree, marker] = [join(scratch, 'repository/vendor/linux'), join(scratch, 'ran')]
  mkdirSync(tree, { recursive: true })
  const git = (...args: readonly string[]) => execFileSync('git', args, { cwd: tree })
  git('init', '-q', join(scratch, 'repository'))
  // Files that a commit can contain.
  git('init', '-q', '--bare', '.')
  for (const [name, value] of [
    ['core.bare', 'false'],
    ['core.worktree', '.'],
    ['core.fsmonitor', `touch ${marker}; false`],
  ] as const)
    git('config', name, value)
  writeFileSync(join(tree, 'Makefile'), 'all:\n')
  const { entries } = await readTreeContent(nodeHost(), { tree, cache: join(scratch, 'cache') })
  expect([...entries.keys()]).toContain('Makefile')
  expect(existsSync(marker)).toBe(false)
})

it('A tree whose own .git names programs, as an archive can contain it, is prepared without them, and its version is right.', async () => {
  const [tree, marker] = [join(scratch, 'unpacked'), join(scratch, 'filtered')]
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(tree, name)), { recursive: true })
    writeFileSync(join(tree, name), text)
  }
  const makefile = 'VERSION = 6\nPATCHLEVEL = 3\nSUBLEVEL = 0\nEXTRAVERSION =\n'
  put('Makefile', makefile)
  for (const name of ['Kconfig', 'Kbuild', 'init/main.c', 'scripts/kconfig/Makefile', 'arch/x86/Kconfig']) put(name, '')
  const git = (...args: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: tree })
  git('init', '-q')
  git('add', '.')
  git('commit', '-qm', 'one')
  git('tag', '-am', 'one', 'v6.3')
  const touch = `touch ${marker}; false`
  for (const [name, value] of [
    ['core.fsmonitor', touch],
    ['diff.external', touch],
    ['filter.evil.clean', touch],
    ['filter.evil.process', touch],
    ['core.repositoryFormatVersion', '1'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.url', `ext::sh -c touch% ${marker}`],
    ['protocol.ext.allow', 'always'],
  ] as const)
    git('config', name, value)
  put('.git/info/attributes', '* filter=evil diff=evil\n')
  // git does not know without a look at the content that nothing changed.
  utimesSync(join(tree, 'Makefile'), 1, 1)
  const host = nodeHost({ env: { ...process.env, KERNELKIT_CACHE_DIR: join(scratch, 'store') } })
  const context = { host, store: await openStore(host), arch: parseArch('x86_64') }
  const version = async () => (await preparePathSource(context, { path: tree, inTree: false })).localVersion
  expect(await version()).toBe('')
  put('init/main.c', 'int changed;\n')
  expect(await version()).toBe('+')
  expect(existsSync(marker)).toBe(false)
})
