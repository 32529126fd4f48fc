import { describe, expect, it } from 'vitest'
import { renderProgram, runtimeComplaint } from './program-words.ts'

const inContainer = ['HOME=/run/kernelkit', 'PATH=/usr/bin', 'CCACHE_DIR=/c']

describe('renderProgram', () => {
  it('renderProgram adds variables, unsets those that the container has, and leaves out others', () => {
    expect(
      renderProgram(
        ['make', '-j2'],
        { env: { LC_ALL: 'C', CCACHE_DIR: undefined, ARCH: undefined }, cwd: '/src', input: false },
        inContainer,
      ),
    ).toEqual({
      Cmd: ['env', '-u', 'CCACHE_DIR', 'make', '-j2'],
      Env: ['LC_ALL=C'],
      WorkingDir: '/src',
      AttachStdin: false,
      AttachStdout: true,
      AttachStderr: true,
    })
  })

  it('renderProgram limits the time of a program', () => {
    const { Cmd, AttachStdin } = renderProgram(['sleep', '9'], { timeoutMs: 1500, input: true }, inContainer)
    expect([Cmd, AttachStdin]).toEqual([['timeout', '-k', '2', '1.5', 'sleep', '9'], true])
  })
})

it.each([
  [
    'OCI runtime exec failed: exec failed: unable to start container process: exec: "nope": executable file not found in $PATH: unknown\r\n',
    'exec: "nope": executable file not found in $PATH',
  ],
  [
    'OCI runtime exec failed: exec failed: unable to start container process: chdir to cwd ("/x") set in config.json failed: no such file or directory: unknown',
    'chdir to cwd ("/x") set in config.json failed: no such file or directory',
  ],
  ['sh: 1: nope: not found', undefined],
])("runtimeComplaint reads the runtime's message: %s", (output, expected) => {
  expect(runtimeComplaint(output)).toBe(expected)
})
