import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'

const { kernel } = testArtifacts()
let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kernelkit-kselftest-'))
})
afterAll(() => rm(cwd, { recursive: true }))

interface Result {
  readonly name: string
  readonly status: string
}

describe('kernelkit run --kselftest', () => {
  it('builds suites from the tree of the kernel and has a result for each of their tests', async () => {
    const options = ['-k', kernel, '--root', 'host', '--timeout', '10m', '--json']
    const { stdout, stderr } = await kernelkit(['run', ...options, '--kselftest', 'size sync'], { cwd, timeoutMs: 20 * 60_000 })
    const { results, verdict } = JSON.parse(stdout) as { readonly verdict: string; readonly results: { readonly tests: readonly Result[] } }
    expect(results.tests.map(({ name, status }) => [name, status])).toEqual([
      ['selftests: size: get_size', 'pass'],
      ['selftests: sync: sync_test', 'skip'],
    ])
    expect(verdict).toBe('pass')
    // Said before the boot, with what to do.
    expect(stderr).toMatch(/kselftest sync wants .*SW_SYNC, which this kernel lacks .*--config SW_SYNC=y[^]*build kselftest size sync/)
  })

  it('refuses a suite that the tree does not have, with the nearest name, and a kernel without a tree', async () => {
    const unknown = await kernelkit(['run', '-k', kernel, '--kselftest', 'sise'], { cwd })
    expect(unknown.stderr).toMatch(/NO_SUCH_SUITE: .*'sise'.*\n.*Did you mean size\?/)
    const treeless = await kernelkit(['run', '-k', 'debian:12/cloud', '--kselftest', 'size'], { cwd })
    expect(treeless.stderr).toContain('NO_KSELFTEST')
    expect([unknown.exitCode, treeless.exitCode]).toEqual([125, 125])
  })
})
