import { UserError } from '@kernelkit/core/errors'
import { describe, expect, it } from 'vitest'
import { renderFailure } from './failure.ts'

const plain = { json: false, verbose: false, verdict: false }
const mistake = new UserError('BAD_SIZE', "--size '4' is not a size.", {
  hint: 'write 4G.',
  details: { seen: '4' },
  cause: new Error('below'),
})

describe('a failure', () => {
  it('of the user is two lines and 125', () => {
    expect(renderFailure(mistake, plain)).toEqual({
      stdout: '',
      stderr: "BAD_SIZE: --size '4' is not a size.\nHint: write 4G.\n",
      exitCode: 125,
    })
  })

  it('without a hint of its own points to the help of its command', () => {
    const error = new UserError('BAD_OPTION', "--machine 'vax' is not known; allowed: pc.")
    expect(renderFailure(error, { ...plain, command: 'run' }).stderr).toContain('\nHint: `kernelkit run --help` shows what is allowed.\n')
    expect(renderFailure(new UserError('DISK_FULL', 'x.'), { ...plain, command: 'run' }).stderr).toBe('DISK_FULL: x.\n')
  })

  it('of a command with a verdict ends with it', () => {
    const error = new UserError('BAD_SIZE', 'x.', { verdict: 'config-fail', hint: 'write 4G.' })
    expect(renderFailure(error, { ...plain, verdict: true }).stderr).toBe(
      'BAD_SIZE: x.\nHint: write 4G.\nkernelkit: verdict=config-fail exit=125 code=BAD_SIZE\n',
    )
  })

  it('is one JSON document on stdout with --json, the text staying on stderr', () => {
    const { stdout, stderr } = renderFailure(mistake, { ...plain, json: true })
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'BAD_SIZE', message: "--size '4' is not a size.", hint: 'write 4G.', details: { seen: '4' } },
      verdict: 'infra-fail',
      exitCode: 125,
    })
    expect(stderr).toContain('Hint: write 4G.')
  })

  it('shows its cause and stack with --verbose only', () => {
    expect(renderFailure(mistake, plain).stderr).not.toContain('below')
    expect(renderFailure(mistake, { ...plain, verbose: true }).stderr).toMatch(/failure\.test\.ts[^]*Caused by: Error: below/)
  })

  it('that nobody foresaw is called a bug of ours, with its stack', () => {
    const { stderr, exitCode } = renderFailure(new TypeError('no such thing'), plain)
    expect(stderr).toMatch(/^kernelkit: this is a bug of kernelkit[^]*TypeError: no such thing\n +at /)
    expect(exitCode).toBe(125)
  })

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ])('after %s is the interruption whatever was thrown, and %i', (interrupted, exitCode) => {
    const failure = renderFailure(new Error('aborted'), { ...plain, interrupted })
    expect(failure.exitCode).toBe(exitCode)
    expect(failure.stderr).toMatch(/^INTERRUPTED: /)
    expect(failure.stderr).toContain(interrupted)
  })

  it('is silent when the reader of stdout has gone', () => {
    expect(renderFailure(new Error('aborted'), { ...plain, verdict: true, interrupted: 'SIGPIPE' })).toEqual({
      stdout: '',
      stderr: '',
      exitCode: 141,
    })
  })
})
