import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { gitDirectories, isPassable, joinMounts } from './tool-directories.ts'

describe('joinMounts', () => {
  it('joinMounts names each path once, with the stronger right, and leaves out paths inside a mounted directory', () => {
    expect(
      joinMounts([
        { path: '/w/tree', readOnly: true },
        { path: '/w', readOnly: true },
        { path: '/w/store', readOnly: false },
        { path: '/w/store', readOnly: true },
        { path: '/w/store/out', readOnly: false },
        { path: '/wide', readOnly: true },
      ]),
    ).toEqual([
      { path: '/w', readOnly: true },
      { path: '/w/store', readOnly: false },
      { path: '/wide', readOnly: true },
    ])
  })
})

describe('gitDirectories', () => {
  let directory: string
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
  })
  afterEach(() => rmSync(directory, { recursive: true, force: true }))

  it('gitDirectories finds the repository of a linked work tree and the top level above a tree', async () => {
    const host = nodeHost()
    const gitDir = join(directory, 'main/.git/worktrees/linked')
    mkdirSync(gitDir, { recursive: true })
    mkdirSync(join(directory, 'main/sub'))
    mkdirSync(join(directory, 'linked'))
    writeFileSync(join(gitDir, 'commondir'), '../..\n')
    writeFileSync(join(directory, 'linked/.git'), `gitdir: ${gitDir}\n`)
    expect(await gitDirectories(host, join(directory, 'linked'))).toEqual([gitDir, join(directory, 'main/.git')])
    expect(await gitDirectories(host, join(directory, 'main'))).toEqual([])
    expect(await gitDirectories(host, join(directory, 'main/sub'))).toEqual([join(directory, 'main')])
  })
})

describe('isPassable', () => {
  it.each(['/', '/tmp', '/usr', '/usr/lib', '/etc', '/lib64', '/var/run', '/proc/1', '/opt'])('isPassable is false for %s', (path) => {
    expect(isPassable(path)).toBe(false)
  })

  it.each(['/root', '/home/ann', '/tmp/work', '/usr/src/linux', '/srv', '/var/lib/ci', '/opt/tree', '/libs', '/etc/kernel'])(
    'passes %s',
    (path) => {
      expect(isPassable(path)).toBe(true)
    },
  )
})
