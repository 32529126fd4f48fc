import { describe, expect, it } from 'vitest'
import { UserError } from '@kernelkit/core/errors'
import { nodeHost } from '../node-host.ts'
import { explaining, explainSystemError } from './system-error.ts'

describe('explainSystemError', () => {
  it.each([
    ['cp', "cp: error writing '/x': No space left on device"],
    ['git', "fatal: sha1 file '/x/index.lock' write error. Out of diskspace"],
    ['a quota', 'write error: Disk quota exceeded'],
  ])('recognises a full disk in the output of %s', (_program, words) => {
    const failed = new UserError('COMMAND_FAILED', `\`it\` exited with status 1.\n${words}`, { details: { output: words } })
    expect(explainSystemError(failed)).toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining(words) })
  })

  it.each([
    ["cp: error writing '/store/root.ext4': No space left on device", '/store/root.ext4'],
    ["cp: cannot copy '/scratch/a' to '/store/a': No space left on device", '/store/a'],
    ['tar: ./usr: Cannot mkdir: No space left on device', '/scratch'],
  ])('names the file that had no room, not one of another disk: %s', (words, place) => {
    const failed = new UserError('COMMAND_FAILED', 'it failed', { details: { output: words } })
    expect(explainSystemError(failed, '/scratch')).toMatchObject({ message: expect.stringMatching(`^no space is left at ${place}\\.`) })
  })

  it('names the program that may not be started, or its directory', () => {
    const error = Object.assign(new Error('spawn mkfifo EACCES'), { code: 'EACCES', syscall: 'spawn mkfifo', path: 'mkfifo' })
    expect(explainSystemError(error)).toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringMatching(/^'mkfifo' cannot be started: .*working directory/) as string,
    })
  })

  it('leaves an error with an explanation of its own unchanged', () => {
    const error = new UserError('BUILD_FAILED', 'No space left on device is a string in this kernel')
    expect(explainSystemError(error)).toBe(error)
  })
})

describe('explaining', () => {
  it('reports a file where a directory is needed', async () => {
    const making = explaining('/dev/null', () => nodeHost().fs.mkdir('/dev/null', { recursive: true }))
    await expect(making).rejects.toMatchObject({ code: 'NOT_A_DIRECTORY', message: expect.stringContaining('at /dev/null') })
  })

  it('reports DISK_FULL when a program meets a full disk', async () => {
    const filling = explaining('/dev/full', () => nodeHost().run(['dd', 'if=/dev/zero', 'of=/dev/full', 'count=1']))
    await expect(filling).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining('at /dev/full') })
  })
})
