import { UserError, message, option } from '@kernelkit/core/errors'
import { writeError } from '@kernelkit/core/options'
import { describe, expect, it } from 'vitest'
import { failureAnswer, receivedError, type DetachedAnswer } from './detached-answer.ts'

/** The error as the process that asked gets it over the pipe. */
function overPipe(error: unknown): Error {
  const answer = JSON.parse(JSON.stringify(failureAnswer(error))) as DetachedAnswer
  if (answer.ok) throw new Error('a failure was answered as a success')
  return receivedError(answer)
}

describe('an error of the VM host process', () => {
  it('is written for the reader of the process that asked for the VM', () => {
    const place = { file: 'kernelkit.yaml', key: 'vm.memory', line: 3, column: 5 }
    const sent = new UserError('NOT_ENOUGH_MEMORY', message`${option('memory', '4G')} is too much.`, {
      hint: message`Ask for less with ${option('memory')}.`,
      verdict: 'config-fail',
      details: { seen: '4G' },
    })
    const received = overPipe(sent)
    expect(received).toMatchObject({
      code: 'NOT_ENOUGH_MEMORY',
      message: '--memory 4G is too much.',
      hint: 'Ask for less with --memory.',
      verdict: 'config-fail',
      details: { seen: '4G' },
    })
    expect(writeError(received as UserError, { door: 'action' })).toMatchObject({
      message: '`memory: 4G` is too much.',
      hint: 'Ask for less with the input `memory`.',
    })
    expect(writeError(received as UserError, { door: 'command', places: { memory: place } }).hint).toBe(
      'Ask for less with `memory:` (line 3).',
    )
  })

  it('keeps its place in kernelkit.yaml and lacks a hint where there was none', () => {
    const place = { file: 'kernelkit.yaml', key: 'vm.memory', line: 3, column: 5 }
    const received = overPipe(new UserError('BAD_SIZE', 'this is not a size.', { place }))
    expect(received).toMatchObject({ message: 'kernelkit.yaml:3:5: this is not a size.', hint: undefined, details: place })
  })

  it('is shown with its stack when it is a bug of ours', () => {
    expect(overPipe(new TypeError('no channel')).message).toMatch(/^the VM host process failed: TypeError: no channel\n +at /)
  })
})
