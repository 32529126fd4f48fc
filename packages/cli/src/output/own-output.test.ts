import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { ownOutput } from './own-output.ts'

const files = {
  fstatSync: () => ({ isFile: () => false, isCharacterDevice: () => false, isBlockDevice: () => false }),
  readlinkSync: () => 'pipe:[1]',
  writeSync: () => 0,
}

it('reports a reader that has gone once, with what to do', () => {
  const errors: Error[] = []
  const stream = new PassThrough() as unknown as NodeJS.WriteStream
  const out = ownOutput({ stream, fd: 1, files, onError: (error) => void errors.push(error) })
  for (let i = 0; i < 3; i++) stream.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))
  expect(out.error()).toMatchObject({ code: 'PIPE_CLOSED', message: expect.stringMatching(/reader of stdout/), hint: expect.anything() })
  expect(errors).toEqual([out.error()])
})

it('keeps any other error as it is, with the path of the file', () => {
  const stream = new PassThrough() as unknown as NodeJS.WriteStream
  const out = ownOutput({ stream, fd: 2, files: { ...files, readlinkSync: () => '/var/log/x' }, onError: () => {} })
  const error = Object.assign(new Error('no space'), { code: 'ENOSPC' })
  stream.emit('error', error)
  expect(out.error()).toBe(error)
  expect(error).toMatchObject({ path: '/var/log/x' })
})
