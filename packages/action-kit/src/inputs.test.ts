import { UserError } from '@kernelkit/core/errors'
import { givenOptions } from '@kernelkit/core/options'
import { describe, expect, it } from 'vitest'
import { describeFailure } from './failure.ts'
import { actionInputs, readInputs, type InputRow } from './inputs.ts'

const rows: readonly InputRow[] = [...actionInputs('bake-image'), ...actionInputs('build-kernel')]

/** As the log of the step shows it. */
function refusal(env: Readonly<Record<string, string>>): string {
  try {
    readInputs(env, rows)
  } catch (error) {
    if (error instanceof UserError) return describeFailure(error, { reader: { door: 'action' }, interrupted: undefined }).message
  }
  return 'accepted'
}

describe('readInputs', () => {
  it('gives each input the form that the parsers of options take', () => {
    const env = {
      INPUT_SUITE: ' bookworm ',
      'INPUT_SSH-KEY': '# mine\nkeys/a.pub\n\n  keys/b c.pub\n',
      INPUT_INCLUDE: 'strace, iperf3\n# later: gdb\ngdb # a debugger',
      INPUT_CONFIG: 'minimal\nKUNIT=y LOCALVERSION="a, b"',
      INPUT_FORCE: 'true',
      'INPUT_IN-TREE': 'False',
      'INPUT_NO-TRIM': 'true',
      PATH: '/bin',
    }
    expect(readInputs(env, rows)).toEqual(
      givenOptions({
        suite: 'bookworm',
        sshKey: ['keys/a.pub', 'keys/b c.pub'],
        include: ['strace', 'iperf3', 'gdb'],
        config: ['minimal', 'KUNIT=y', 'LOCALVERSION="a, b"'],
        force: true,
        inTree: false,
        noTrim: true,
      }),
    )
  })

  it('leaves out what is empty, so that defaults and kernelkit.yaml count', () => {
    expect(readInputs({ INPUT_SUITE: '', INPUT_FORCE: '  ', INPUT_INCLUDE: '\n' }, rows)).toEqual({})
  })

  it('refuses what is not a boolean, and names the input', () => {
    expect(refusal({ INPUT_FORCE: 'yes' })).toBe(
      "the input `force` is 'yes'; allowed: true, false.\nHint: Write `force: true`, or leave it out.",
    )
  })

  it('refuses an input that the action does not have, and names the nearest', () => {
    expect(refusal({ 'INPUT_SSH-KEYS': 'a' })).toMatch(/^the input `ssh-keys` is not known; known: .*\nHint: Did you mean `ssh-key`\?$/)
  })
})
