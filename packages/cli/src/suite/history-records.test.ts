import { UserError, type ErrorVerdict } from '@kernelkit/core/errors'
import { expect, it } from 'vitest'
import { finishTest } from './finished-test.ts'
import { recordsOf } from './history-records.ts'
import type { TestResult } from './test-result.ts'

const cell = { test: 'a', kernel: 'debian:12', config: undefined, root: undefined, allowFail: false }
const plan = { directory: '/p', tests: [{ cell }] } as unknown as Parameters<typeof recordsOf>[0]
const run = (verdict: ErrorVerdict, seconds: number): TestResult => {
  const error = new UserError('NO_SUCH_KERNEL', 'it ended.', { verdict })
  return { name: 'a@debian:12', kind: 'error', error, seconds }
}

it('the history has no result of a test that the host, a build or a mirror prevented, and counts no such run', () => {
  const kept = (...[first, ...more]: readonly [TestResult, ...TestResult[]]) =>
    recordsOf(plan, [finishTest({ repeat: undefined, untilFail: false, retries: 3 }, first, more)], 7)
  for (const verdict of ['infra-fail', 'build-fail', 'config-fail'] as const) expect(kept(run(verdict, 1))).toEqual([])
  expect(kept(run('boot-fail', 2))).toMatchObject([
    { at: 7, test: 'a', kernel: 'debian:12', state: 'boot-fail', passed: 0, runs: 1, seconds: 2 },
  ])
  expect(kept(run('boot-fail', 2), run('infra-fail', 100))).toMatchObject([{ passed: 0, runs: 1, seconds: 2 }])
})
