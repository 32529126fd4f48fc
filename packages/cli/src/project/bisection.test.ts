import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { givenOptions } from '@kernelkit/core/options'
import { nodeHost, silentLogger } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { withBisectionStatus } from './bisection.ts'

let tree = ''
const git = (...args: readonly string[]) =>
  execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...args], { cwd: tree, stdio: 'pipe' })

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'kernelkit-bisection-'))
  git('init', '--quiet')
  for (const subject of ['one', 'two', 'three']) git('commit', '--quiet', '--allow-empty', '-m', subject)
  git('worktree', 'add', '--quiet', 'linked')
  await mkdir(join(tree, 'below'))
})
afterAll(() => rm(tree, { recursive: true, force: true }))

async function statusIn(cwd: string, raw = {}, env: Readonly<Record<string, string>> = {}) {
  const lines: string[] = []
  const log = { ...silentLogger, info: (line: string) => void lines.push(line) }
  const options = await withBisectionStatus({ host: nodeHost({ cwd, log, env: { PATH: process.env['PATH'], ...env } }) }, givenOptions(raw))
  return { status: options['status']?.at(-1)?.value, lines }
}

it('A run in a tree that is being bisected has the simple exit status and says so; elsewhere, or with a status of its own, it has not.', async () => {
  expect(await statusIn(tree)).toEqual({ status: undefined, lines: [] })
  git('bisect', 'start', 'HEAD', 'HEAD~2')
  const said = [`git bisect is under way in ${tree}: exit status as with --status simple`]
  expect(await statusIn(tree)).toEqual({ status: 'simple', lines: said })
  expect(await statusIn(join(tree, 'below'))).toEqual({ status: 'simple', lines: said })
  expect(await statusIn(tree, { status: 'full' })).toEqual({ status: 'full', lines: [] })
  // A bisection belongs to one working tree of a repository.
  expect(await statusIn(join(tree, 'linked'))).toEqual({ status: undefined, lines: [] })
  expect((await statusIn('/', {}, { GIT_DIR: join(tree, '.git') })).status).toBe('simple')
  expect(await statusIn('/')).toEqual({ status: undefined, lines: [] })
  git('bisect', 'reset')
  expect(await statusIn(tree)).toEqual({ status: undefined, lines: [] })
  execFileSync('git', ['bisect', 'start', 'HEAD', 'HEAD~2'], { cwd: join(tree, 'linked'), stdio: 'pipe' })
  expect((await statusIn(join(tree, 'linked'))).status).toBe('simple')
  expect((await statusIn(tree)).status).toBe(undefined)
})
