import { describe, expect, it } from 'vitest'
import { UserError } from '@kernelkit/core/errors'
import { engineWords, explainRefusal } from './engine-failure.ts'

/** As docker-modem throws them. */
const failure = (statusCode: number, message: string): Error =>
  Object.assign(new Error(`(HTTP code ${statusCode}) server error - ${message} `), { statusCode, json: { message } })

const context = { engine: { address: 'unix:///e.sock' }, image: 'kernelkit/toolchain:abc', purpose: 'build' }

describe('explainRefusal', () => {
  it.each([
    [failure(400, 'invalid mount config for type "bind": bind source path does not exist: /a b'), 'CONTAINER_MOUNT', '/a b'],
    [failure(500, 'make cli opts(): statfs /home/u/linux: no such file or directory'), 'CONTAINER_MOUNT', '/home/u/linux'],
    [failure(500, 'mkdir /var/lib/docker/x: no space left on device'), 'DISK_FULL', 'no space left'],
    [failure(404, 'No such image: kernelkit/toolchain:abc'), 'CONTAINER_REFUSED', 'has no image kernelkit/toolchain:abc'],
    [failure(400, 'Range of CPUs is from 0.01 to 2.00'), 'CONTAINER_REFUSED', 'container for build: Range of CPUs is from 0.01 to 2.00.'],
    [new Error('connect ECONNREFUSED /e.sock'), 'CONTAINER_REFUSED', 'unix:///e.sock cannot start'],
  ])('explainRefusal of %s is %s', (error, code, said) => {
    const found = explainRefusal(error, context)
    expect(found.code).toBe(code)
    expect(found.message).toContain(said)
    expect(found.hint).toBeDefined()
    expect(found.cause).toBe(error)
  })

  it('explainRefusal returns an explained error unchanged', () => {
    const known = new UserError('CONTAINER_MOUNT', 'x')
    expect(explainRefusal(known, context)).toBe(known)
  })
})

it("engineWords removes the client's framing when the engine sent no JSON", () => {
  expect(engineWords(new Error('(HTTP code 409) conflict - removal is in progress '))).toBe('removal is in progress')
})
