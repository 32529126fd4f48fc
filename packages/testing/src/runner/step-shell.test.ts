import { describe, expect, it } from 'vitest'
import { parseShell, shellArguments } from './step-shell.ts'

describe('parseShell', () => {
  it.each([
    [undefined, { program: 'bash', template: '-e {0}', extension: '.sh' }],
    ['bash', { program: 'bash', template: '--noprofile --norc -e -o pipefail {0}', extension: '.sh' }],
    ['sh', { program: 'sh', template: '-e {0}', extension: '.sh' }],
    ['kernelkit-vm {0}', { program: 'kernelkit-vm', template: '{0}', extension: '' }],
    ['bash -x {0}', { program: 'bash', template: '-x {0}', extension: '.sh' }],
  ])('of %j', (shell, expected) => {
    expect(parseShell(shell)).toEqual(expected)
  })

  it.each(['kernelkit-vm', 'perl -x'])('refuses %j', (shell) => {
    expect(() => parseShell(shell)).toThrow(/Invalid shell/)
  })
})

it('shellArguments splits at blanks that are not in quotes', () => {
  expect(shellArguments('-c "{0}" --name="a b"', '/tmp/x y')).toEqual(['-c', '/tmp/x y', '--name=a b'])
})
