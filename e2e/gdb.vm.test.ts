import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'

const { kernel, image } = testArtifacts()
const name = `e2e-gdb-${process.pid}`

let started = ''

beforeAll(async () => {
  started = (await kernelkit(['run', '--gdb', '--keep', '--name', name, '-k', kernel, '--image', image, '--', 'true'])).stderr
})
afterAll(() => kernelkit(['stop', name]))

describe('kernelkit gdb', () => {
  it('is named when the VM starts', () => {
    expect(started).toMatch(new RegExp(`^gdb: kernelkit gdb ${name}$`, 'm'))
  })

  it('attaches with symbols and lines, and leaves the VM running', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['gdb', name, '--', '-batch', '-ex', 'bt', '-ex', 'info line start_kernel'])
    expect(exitCode).toBe(0)
    // The kernel's helpers cannot work with reduced debug information, and fail with one when gdb loads them all the same.
    expect(stderr).not.toContain('Traceback')
    expect(stdout).toMatch(/#0 .*0x[0-9a-f]+ in \w+/)
    expect(stdout).toMatch(/Line \d+ of ".*init\/main\.c"/)
    expect((await kernelkit(['exec', name, '--', 'echo', 'on'])).stdout).toBe('on\n')
  })

  it('stops at a breakpoint in the kernel', async () => {
    const gdb = kernelkit(['gdb', name, '--', '-batch', '-ex', 'hbreak __do_sys_newuname', '-ex', 'continue', '-ex', 'bt 1'])
    const caller = kernelkit(['exec', name, '--', 'sh', '-c', 'while :; do uname >/dev/null; sleep 0.1; done'])
    expect((await gdb).stdout).toMatch(/#0 .*newuname/)
    await kernelkit(['stop', name])
    // The VM went away under it.
    expect((await caller).exitCode).not.toBe(0)
  })

  it('says what to do with a VM that has no stub', async () => {
    const other = `${name}-b`
    try {
      await kernelkit(['run', '--keep', '--name', other, '-k', kernel, '--image', image, '--', 'true'])
      const { exitCode, stderr } = await kernelkit(['gdb', other])
      expect(exitCode).toBe(125)
      expect(stderr).toMatch(/NO_GDB_STUB.*\nHint: .*--gdb/)
    } finally {
      await kernelkit(['stop', other])
    }
  })
})
