import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { debugConfig, debugKernel, debugTracing, debugKernelLimitMs, noDebugKernel } from './lib/debug-kernel.ts'
import { kernelSource } from './lib/kernel-source.ts'
import { kernelkit } from './lib/kernelkit.ts'

interface Outcome {
  readonly verdict: string
  readonly results: {
    readonly status: string
    readonly counts: Readonly<Record<string, number>>
    readonly tests: readonly { readonly name: string }[]
  }
  readonly reports: readonly unknown[]
}

let isAtHand = false
let tree = ''
let directory = ''

/** A kernel of a tree: that of the store, which is only read, so that ccache has nearly all objects of the debug kernel. */
beforeAll(async () => {
  isAtHand = (await debugKernel()) !== undefined
  if (!isAtHand) return
  tree = await kernelSource()
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-kunit-'))
  const words = ['build', '--config', 'lib/kunit', ...debugConfig, ...debugTracing]
  const { exitCode, stderr } = await kernelkit(words, { cwd: tree, timeoutMs: debugKernelLimitMs })
  if (exitCode !== 0) throw new Error(`kernelkit ${words.join(' ')} exited with status ${String(exitCode)}:\n${stderr}`)
}, debugKernelLimitMs)

beforeEach(({ skip }) => skip(!isAtHand, noDebugKernel))

afterAll(() => isAtHand && rm(directory, { recursive: true, force: true }))

/** No -k: the kernel that was built of this tree. An emulated guest pays for memory that KASAN watches and for each CPU. */
async function runKunit(...options: readonly string[]): Promise<Outcome> {
  const { stdout } = await kernelkit(['run', '-m', '1G', '-c', '1', '--json', ...options], { cwd: tree })
  return JSON.parse(stdout) as Outcome
}

describe('kernelkit build --config lib/kunit && kernelkit run --kunit, in a kernel tree', () => {
  it('pass with counts and JUnit of all suites, although one faults on purpose', async () => {
    const junit = join(directory, 'kunit.xml')
    const { verdict, results, reports } = await runKunit('--kunit', '--junit', junit)
    expect({ verdict, status: results.status, failed: results.counts['failed'] }).toEqual({ verdict: 'pass', status: 'pass', failed: 0 })
    expect(results.tests.map(({ name }) => name)).toEqual(expect.arrayContaining(['example', 'kunit_fault', 'kunit-resource-test']))
    expect(results.counts['passed']).toBeGreaterThan(50)
    expect(results.counts['skipped']).toBeGreaterThan(0)
    expect(reports).toContainEqual(
      expect.objectContaining({ function: 'kunit_test_null_dereference', test: 'kunit_fault.kunit_test_fault_null_dereference' }),
    )
    const xml = await readFile(junit, 'utf8')
    expect(xml).toContain('<testcase name="example_simple_test"')
    expect(xml).not.toContain('<failure')
  })

  it('run no more than a pattern names', async () => {
    const { verdict, results } = await runKunit('--kunit=example*')
    expect(verdict).toBe('pass')
    expect(new Set(results.tests.map(({ name }) => name.replace(/_init$/, '')))).toEqual(new Set(['example']))
  })
})
