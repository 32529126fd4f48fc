import { expect, it } from 'vitest'
import { guestDirectoryOf } from './step-place.ts'

it.each([
  ['/w/repo', '/w/repo', '/w/repo', '/w/repo'],
  ['/w/repo/sub/dir', '/w/repo', '/w/repo', '/w/repo/sub/dir'],
  ['/elsewhere', '/w/repo', '/w/repo', '/w/repo'],
  ['/w/repository', '/w/repo', '/w/repo', '/w/repo'],
  ['/w/repo/sub', '/w/repo', '/mnt/src', '/mnt/src'],
])('a step in %s of a VM that was started in %s and sees it at %s works in %s', (cwd, owner, at, expected) => {
  expect(guestDirectoryOf({ cwd, owner, at })).toBe(expected)
})
