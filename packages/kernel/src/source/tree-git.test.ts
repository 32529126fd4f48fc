import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterAll, expect, it } from 'vitest'
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
