import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { openRepository, remoteTags, type Repository } from './git.ts'
import { readReleaseState } from './release-state.ts'
import { tagRelease } from './tag-release.ts'

let directory: string
let repository: Repository
const origin = 'origin'

function write(path: string, text: string): void {
  const file = join(directory, 'clone', path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, text)
}

/** What a merged version pull request leaves. */
function commitVersion(version: string): string {
  write('packages/cli/package.json', JSON.stringify({ name: 'kernelkit', version }))
  repository.git(['add', '--all'])
  repository.git(['commit', '--quiet', '--message', version])
  repository.git(['push', '--quiet', origin, 'main'])
  return repository.git(['rev-parse', 'HEAD'])
}

const tags = () => Object.fromEntries(remoteTags(repository, origin))
const filesAt = (commit: string) => repository.git(['ls-tree', '-r', '--name-only', commit, 'actions']).split('\n')

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-release-test-'))
  const outside = openRepository(directory)
  outside.git(['init', '--quiet', '--bare', '--initial-branch=main', 'origin.git'])
  outside.git(['clone', '--quiet', 'origin.git', 'clone'])
  repository = openRepository(join(directory, 'clone'))
  repository.git(['checkout', '--quiet', '-B', 'main'])
  repository.git(['config', 'user.name', 'Test'])
  repository.git(['config', 'user.email', 'test@example.test'])
  write('.gitignore', 'dist/\n')
  write('.changeset/config.json', '{}')
  write('actions/boot/action.yml', 'runs:\n  using: node24\n  main: dist/main.mjs\n  post: dist/post.mjs\n')
  write('actions/build/action.yml', "runs: { using: node24, main: 'dist/main.mjs' }\n")
  write('action.yml', 'runs:\n  using: node24\n  main: actions/one/dist/main.mjs\n')
  for (const file of ['one/dist/main.mjs', 'boot/dist/main.mjs', 'boot/dist/post.mjs', 'build/dist/main.mjs'])
    write(`actions/${file}`, `// ${file}\n`)
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

describe('tagRelease', () => {
  it('puts the bundles on the tag alone, in a commit after that of the branch', () => {
    const main = commitVersion('1.2.3')
    const { tag, commit, moved, isNew } = tagRelease(repository, origin)
    expect({ tag, moved, isNew }).toEqual({ tag: 'v1.2.3', moved: 'v1', isNew: true })
    expect(tags()).toEqual({ 'v1.2.3': commit, v1: commit })
    expect(repository.git(['rev-parse', `${commit}^`])).toBe(main)
    expect(filesAt(commit)).toEqual([
      'actions/boot/action.yml',
      'actions/boot/dist/main.mjs',
      'actions/boot/dist/post.mjs',
      'actions/build/action.yml',
      'actions/build/dist/main.mjs',
      'actions/one/dist/main.mjs',
    ])
    expect(repository.git(['ls-remote', origin, 'refs/heads/main'])).toContain(main)
    expect(repository.git(['status', '--porcelain'])).toBe('')
  })

  it('gives the same commit again, and replaces no release', () => {
    commitVersion('1.2.3')
    const first = tagRelease(repository, origin)
    expect(tagRelease(repository, origin)).toEqual({ ...first, moved: undefined, isNew: false })
    write('actions/boot/dist/main.mjs', '// another\n')
    expect(() => tagRelease(repository, origin)).toThrow(/v1\.2\.3 is .* already.*never replaced/)
    expect(tags()).toEqual({ 'v1.2.3': first.commit, v1: first.commit })
  })

  it('finishes a release whose moving tag was not pushed', () => {
    commitVersion('1.2.3')
    const { commit } = tagRelease(repository, origin)
    repository.git(['push', '--quiet', '--delete', origin, 'v1'])
    expect(tagRelease(repository, origin)).toMatchObject({ moved: 'v1', isNew: false })
    expect(tags()).toEqual({ 'v1.2.3': commit, v1: commit })
  })

  it('moves the tag of the major version forward only', () => {
    commitVersion('1.2.3')
    tagRelease(repository, origin)
    commitVersion('1.10.0')
    const newest = tagRelease(repository, origin)
    expect(newest.moved).toBe('v1')
    commitVersion('1.2.4')
    expect(tagRelease(repository, origin).moved).toBeUndefined()
    commitVersion('2.0.0-rc.1')
    expect(tagRelease(repository, origin).moved).toBeUndefined()
    commitVersion('2.0.0')
    const two = tagRelease(repository, origin)
    expect(tags()).toMatchObject({ v1: newest.commit, v2: two.commit })
    expect(Object.keys(tags()).toSorted()).toEqual(['v1', 'v1.10.0', 'v1.2.3', 'v1.2.4', 'v2', 'v2.0.0', 'v2.0.0-rc.1'])
  })

  it('refuses a bundle that was not made, and files that were changed', () => {
    commitVersion('1.2.3')
    rmSync(join(directory, 'clone/actions/boot/dist/post.mjs'))
    expect(() => tagRelease(repository, origin)).toThrow(/actions\/boot\/action\.yml names dist\/post\.mjs, which is not there/)
    write('.gitignore', '')
    expect(() => tagRelease(repository, origin)).toThrow(/differ from the commit.*\n.*\.gitignore/)
    expect(tags()).toEqual({})
  })
})

describe('readReleaseState', () => {
  it('says that a release is due until it is tagged', () => {
    commitVersion('1.2.3')
    expect(readReleaseState(repository, origin)).toMatchObject({ tag: 'v1.2.3', isDue: true })
    tagRelease(repository, origin)
    expect(readReleaseState(repository, origin)).toMatchObject({ isDue: false, reason: 'v1.2.3 is released' })
  })

  it('waits for the version of pending changesets', () => {
    write('.changeset/new-thing.md', '')
    commitVersion('1.2.3')
    expect(readReleaseState(repository, origin)).toMatchObject({ isDue: false, reason: expect.stringContaining('new-thing.md') as unknown })
  })
})
