import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { nodeHost, openStore } from '@kernelkit/host'
import { withBisectionTree } from './bisection-tree.ts'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-bisection-'))
afterAll(() => rmSync(directory, { recursive: true }))
const repository = join(directory, 'repository')

/** A repository at the same path as the last one, with commits of its own. */
function makeRepository(what: string): readonly string[] {
  rmSync(repository, { recursive: true, force: true })
  mkdirSync(repository)
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-C', repository, '-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], { encoding: 'utf8' }).trim()
  git('init', '--quiet')
  return [1, 2, 3].map((number) => {
    writeFileSync(join(repository, 'file'), `${what} ${number}\n`)
    git('add', 'file')
    git('commit', '--quiet', '-m', `${what} ${number}`)
    return git('rev-parse', 'HEAD')
  })
}

describe('the clone of a bisection', () => {
  it('is made again when the repository was cloned again and has none of its commits', async () => {
    const host = nodeHost({ env: { ...process.env, KERNELKIT_CACHE_DIR: join(directory, 'store') } })
    const store = await openStore(host)
    const ask = async (what: string) => {
      const [good = '', , bad = ''] = makeRepository(what)
      const input = { host, store, repository, good, bad, question: what, signal: AbortSignal.timeout(60_000) }
      // Nothing ends it: it is left as a kill leaves it.
      return withBisectionTree(input, async (tree) => (await tree.current()).subject)
    }
    expect(await ask('one')).toBe('one 2')
    expect(await ask('another')).toBe('another 2')
  })

  it('asks for no commit the program that the configuration of the repository names', async () => {
    const host = nodeHost({ env: { ...process.env, KERNELKIT_CACHE_DIR: join(directory, 'store') } })
    const [, , bad = ''] = makeRepository('partial')
    const marker = join(directory, 'ran')
    for (const [name, value] of [
      ['core.repositoryFormatVersion', '1'],
      ['extensions.partialClone', 'origin'],
      ['remote.origin.url', `ext::sh -c touch% ${marker}`],
      ['protocol.ext.allow', 'always'],
    ] as const)
      execFileSync('git', ['-C', repository, 'config', name, value])
    const input = {
      host,
      store: await openStore(host),
      repository,
      good: '1'.repeat(40),
      bad,
      question: '',
      signal: AbortSignal.timeout(60_000),
    }
    await expect(withBisectionTree(input, async () => {})).rejects.toThrow(/is not a commit of/)
    expect(existsSync(marker)).toBe(false)
  })
})
