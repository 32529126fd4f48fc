import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFifos } from '../files/fifo.ts'
import { nodeHost } from '../node-host.ts'
import { commandNotFound, explainSystemError } from './system-error.ts'

it('a program that PATH does not show is an error that names the directory where it is', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-path-'))
  const host = nodeHost({ env: { PATH: directory } })
  await expect(makeFifos(host, [join(directory, 'pipe')])).rejects.toMatchObject({
    code: 'COMMAND_NOT_FOUND',
    message: "'mkfifo' is not on PATH.",
    hint: expect.stringMatching(/^Add \/(usr\/)?bin to PATH: it is there\.$/),
    details: { package: 'coreutils' },
  })
  await rm(directory, { recursive: true })
})

it.each([
  ['qemu-system-nowhere', undefined, 'Install it, or run `kernelkit doctor`.'],
  ['mkfs.ext4-not-here', 'e2fsprogs', 'Run `apt-get install e2fsprogs` as root.'],
])('the error for %s has the package where it is known', (program, known, hint) => {
  expect(commandNotFound(program, { cause: undefined, package: known })).toMatchObject({ code: 'COMMAND_NOT_FOUND', hint })
})

it('every program that Node cannot start is explained, wherever it was started', async () => {
  const child = nodeHost().spawn(['no-such-program-here'], {})
  const error = await new Promise((resolve) => child.once('error', resolve))
  expect(explainSystemError(error)).toMatchObject({ code: 'COMMAND_NOT_FOUND', message: "'no-such-program-here' is not on PATH." })
})
