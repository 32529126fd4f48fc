import { UserError, message, option } from '@kernelkit/core/errors'
import { printable } from '@kernelkit/core/text'
import { describe, expect, it } from 'vitest'
import { renderFailure } from './failure.ts'

const plain = { shown: printable, json: false, verbose: false, verdict: false, reader: { door: 'command' } } as const
const mistake = new UserError('BAD_SIZE', "--size '4' is not a size.", {
  hint: 'Write 4G.',
  details: { seen: '4' },
  cause: new Error('below'),
})

describe('a failure', () => {
  it('gives a command that took too long the exit status of timeout(1)', () => {
    const late = new UserError('COMMAND_TIMEOUT', 'too slow.', { verdict: 'timeout' })
    expect(renderFailure(late, plain)).toMatchObject({ exitCode: 124, stderr: 'COMMAND_TIMEOUT: too slow.\n' })
  })

  it('of the user is two lines and 125', () => {
    expect(renderFailure(mistake, plain)).toEqual({
      stdout: '',
      stderr: "BAD_SIZE: --size '4' is not a size.\nHint: Write 4G.\n",
      exitCode: 125,
    })
  })

  it('without a hint of its own points to the help of its command', () => {
    const error = new UserError('BAD_OPTION', "--machine 'vax' is not known; allowed: pc.")
    expect(renderFailure(error, { ...plain, command: 'run' }).stderr).toContain(
      '\nHint: Run `kernelkit run --help` to see what is allowed.\n',
    )
    expect(renderFailure(new UserError('DISK_FULL', 'x.'), { ...plain, command: 'run' }).stderr).toBe('DISK_FULL: x.\n')
  })

  it('of a command with a verdict has the verdict as its last line', () => {
    const error = new UserError('BAD_SIZE', 'x.', { verdict: 'config-fail', hint: 'Write 4G.' })
    expect(renderFailure(error, { ...plain, verdict: true }).stderr).toBe(
      'BAD_SIZE: x.\nHint: Write 4G.\nkernelkit: verdict=config-fail exit=125 code=BAD_SIZE\n',
    )
  })

  it('is one JSON document on stdout with --json, the text staying on stderr', () => {
    const { stdout, stderr } = renderFailure(mistake, { ...plain, json: true })
    expect(JSON.parse(stdout)).toEqual({
      error: { code: 'BAD_SIZE', message: "--size '4' is not a size.", hint: 'Write 4G.', details: { seen: '4' } },
      verdict: 'infra-fail',
      exitCode: 125,
    })
    expect(stderr).toContain('Hint: Write 4G.')
  })

  it('names options as its reader does, and where kernelkit.yaml has them', () => {
    const place = { file: 'kernelkit.yaml', key: 'vm.memory', line: 3, column: 5 }
    const error = new UserError('BAD_SIZE', message`${option('memory')} '4' is not a size.`, { place })
    expect(renderFailure(error, { ...plain, command: 'run' }).stderr).toBe(
      "BAD_SIZE: kernelkit.yaml:3:5: `memory:` '4' is not a size.\nHint: Run `kernelkit run --help` to see what is allowed.\n",
    )
    const places = { memory: place }
    const missing = new UserError('KERNEL_LACKS', message`raise ${option('memory')}.`)
    expect(renderFailure(missing, { ...plain, reader: { door: 'command', places } }).stderr).toBe(
      'KERNEL_LACKS: raise `memory:` (line 3).\n',
    )
  })

  it('shows its cause and stack with --verbose only', () => {
    expect(renderFailure(mistake, plain).stderr).not.toContain('below')
    expect(renderFailure(mistake, { ...plain, verbose: true }).stderr).toMatch(/failure\.test\.ts[^]*Caused by: Error: below/)
  })

  it('that is not a UserError is called a bug in kernelkit, with its stack', () => {
    const { stderr, exitCode } = renderFailure(new TypeError('no such thing'), plain)
    expect(stderr).toMatch(/^kernelkit: this is a bug in kernelkit[^]*TypeError: no such thing\n +at /)
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
