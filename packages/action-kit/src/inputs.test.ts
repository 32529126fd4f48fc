import { givenOptions } from '@kernelkit/core/options'
import { describe, expect, it } from 'vitest'
import { actionInputs, readInputs, type InputRow } from './inputs.ts'

const rows: readonly InputRow[] = [...actionInputs('bake-image'), ...actionInputs('build-kernel')]

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

  it('refuses a boolean that is none', () => {
    expect(() => readInputs({ INPUT_FORCE: 'yes' }, rows)).toThrow("the input force is 'yes'; allowed: true, false.")
  })

  it('refuses an input that the action does not have, and names the nearest', () => {
    expect(() => readInputs({ 'INPUT_SSH-KEYS': 'a' }, rows)).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT', hint: 'did you mean ssh-key?' }),
    )
  })
})
