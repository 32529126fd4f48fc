import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { junitViolations } from '../packages/core/test/junit-schema.ts'
import { debugKernelLimitMs, exampleKernel, noDebugKernel } from './lib/debug-kernel.ts'
import { kernelSource, lineOf } from './lib/kernel-source.ts'
import { kernelkit } from './lib/kernelkit.ts'

const example = fileURLToPath(new URL('../examples/project', import.meta.url))
let scratch = ''
let kernel: string | undefined

beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  kernel = (await exampleKernel())?.kernel
}, debugKernelLimitMs)
beforeEach(({ skip }) => skip(kernel === undefined, noDebugKernel))
afterAll(() => rm(scratch, { recursive: true, force: true }))

interface Answer {
  readonly kernel: string
  readonly verdict: string
  readonly tests: readonly {
    readonly name: string
    readonly verdict: string
    readonly reports: readonly Readonly<Record<string, unknown>>[]
    readonly results: { readonly counts: Readonly<Record<string, number>> } | null
  }[]
}

async function runTests(
  args: readonly string[],
): Promise<{ readonly exitCode: number | null; readonly answer: Answer; readonly xml: string }> {
  const junit = join(scratch, 'results.xml')
  const { exitCode, stdout } = await kernelkit(['test', ...args, '--json', '--junit', junit], { cwd: scratch, timeoutMs: 10 * 60_000 })
  return { exitCode, answer: JSON.parse(stdout) as Answer, xml: await readFile(junit, 'utf8') }
}

describe('kernelkit test on a kernel for debugging', () => {
  it('ends in five ways for the five tests of examples/project', async () => {
    const { exitCode, answer, xml } = await runTests([`${example}/`])
    expect(answer.tests.map(({ name, verdict }) => [name, verdict])).toEqual([
      ['passes', 'pass'],
      ['fails', 'fail'],
      ['splats', 'splat'],
      ['hangs', 'hang'],
      ['panics', 'panic'],
    ])
    expect(exitCode).toBe(1)
    expect(answer.kernel).toBe(kernel)
    const bugs = 'drivers/misc/lkdtm/bugs.c'
    const line = await lineOf(join(await kernelSource(), bugs), 'WARN_ON(', 'lkdtm_WARNING(void)')
    expect(answer.tests[2]?.reports[0]).toMatchObject({ kind: 'warning', function: 'lkdtm_WARNING', source: bugs, line })
    expect(junitViolations(xml)).toEqual([])
    expect([...xml.matchAll(/<(?:failure|error) type="(\w+)"/g)].map(([, type]) => type)).toEqual(['fail', 'splat', 'hang', 'panic'])
    expect(xml).toContain(`${bugs}:${line}`)
  })

  it("runs the kernel's own suites as a test, with their results in JUnit", async () => {
    const tests = [{ name: 'own', kunit: 'example', timeout: '5m' }]
    await writeFile(join(scratch, 'kernelkit.yaml'), JSON.stringify({ vm: { kernel, cpus: 1, root: 'host' }, tests }))
    const { exitCode, answer, xml } = await runTests([])
    expect({ exitCode, verdict: answer.verdict }).toEqual({ exitCode: 0, verdict: 'pass' })
    expect(answer.tests[0]?.results?.counts).toMatchObject({ failed: 0, crashed: 0 })
    expect(junitViolations(xml)).toEqual([])
    expect(xml).toContain('<testcase name="example_simple_test" classname="own.example"')
  })
})
