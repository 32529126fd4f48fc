import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { givenOptions } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { nodeHost, openStore } from '@kernelkit/host'
import { expect, it } from 'vitest'
import { runTests, type ReadyTest } from './run-tests.ts'
import type { FinishedTest } from './finished-test.ts'
import { reasonOf } from './test-result.ts'

/** A test that fails before it has a VM. */
function testWithoutKernel(name: string): ReadyTest {
  const spec = parseVmSpec(givenOptions({ kernel: '/no/such/kernel', root: 'host' }), { command: 'run' })
  return { name, argv: ['true'], wanted: { spec, command: 'run', reader: { door: 'file' } } }
}

it('with --fail-fast, a test that cannot be run is an error and leaves out the next one', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-run-tests-'))
  try {
    const host = nodeHost({ cwd: directory })
    const reported: FinishedTest[] = []
    const results = await runTests({
      host,
      store: await openStore(host, join(directory, 'store')),
      tests: [testWithoutKernel('first'), testWithoutKernel('second')],
      capacity: { memoryMiB: 1024, cpus: 1, jobs: 1 },
      repeats: { repeat: undefined, untilFail: false, retries: 0 },
      failFast: true,
      start: host.log.task,
      onResult: async (result) => void reported.push(result),
      signal: new AbortController().signal,
    })
    expect(results.map(({ name, decisive }) => [name, decisive.kind])).toEqual([
      ['first', 'error'],
      ['second', 'left-out'],
    ])
    expect(results.map(({ decisive }) => reasonOf(decisive))).toEqual([
      expect.stringContaining('/no/such/kernel'),
      'not run: another test failed (--fail-fast).',
    ])
    expect(reported.map(({ name }) => name)).toEqual(['first'])
  } finally {
    await rm(directory, { recursive: true })
  }
})
