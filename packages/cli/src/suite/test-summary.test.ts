import { UserError } from '@kernelkit/core/errors'
import { describe, expect, it } from 'vitest'
import { junitViolations } from '../../../core/test/junit-schema.ts'
import { finishTest, type FinishedTest } from './finished-test.ts'
import type { TestResult } from './test-result.ts'
import { documentOf, renderTable, renderTestsJunit, renderVerdictLine } from './test-summary.ts'

const error = new UserError('KERNEL_LACKS', 'this kernel lacks CONFIG_9P_FS.', { verdict: 'config-fail', hint: 'kernelkit build' })
const once = { repeat: undefined, untilFail: false, retries: 0 }
const finished = (all: readonly TestResult[]): readonly FinishedTest[] => all.map((one) => finishTest(once, one, []))
const results = finished([
  { name: 'lacking', kind: 'error', error, seconds: 0.25 },
  { name: 'after', kind: 'left-out', reason: 'not run: another test failed (--fail-fast).', seconds: 0 },
])

// Tests that ran are looked at in e2e/test-command.vm.test.ts.
describe('tests that never ran', () => {
  it('are in the table with the reason', () => {
    expect(renderTable(results)).toBe(
      [
        'test     verdict      seconds  why',
        'lacking  config-fail  0.3      KERNEL_LACKS: this kernel lacks CONFIG_9P_FS.',
        'after    not run               not run: another test failed (--fail-fast).',
      ].join('\n'),
    )
  })

  it('make the exit status of the whole run 125', () => {
    expect(renderVerdictLine(results, { failOnFlaky: false, allowed: [], seconds: 1 })).toBe(
      'kernelkit: verdict=config-fail exit=125 tests=2 passed=0 failed=1 left-out=1 total=1.00s',
    )
  })

  it('are an error and a skipped one in JUnit', async () => {
    const xml = await renderTestsJunit(results, { name: 'project', allowed: [] })
    expect(junitViolations(xml)).toEqual([])
    expect(xml).toContain('<testsuites name="project" tests="2" failures="0" errors="1"')
    expect(xml).toContain('<error type="config-fail" message="KERNEL_LACKS: this kernel lacks CONFIG_9P_FS.">')
    expect(xml).toContain('<skipped message="not run: another test failed (--fail-fast)."/>')
  })

  it('are in the document with their error', () => {
    expect(documentOf(results[0] ?? expect.unreachable())).toMatchObject({
      name: 'lacking',
      verdict: 'config-fail',
      exitCode: 125,
      error: { code: 'KERNEL_LACKS' },
    })
    expect(documentOf(results[1] ?? expect.unreachable())).toMatchObject({ name: 'after', verdict: null, error: null })
  })

  it('are interrupted in every format when the user ended the whole', async () => {
    const ended = finished([
      { name: 'first', kind: 'interrupted', seconds: 1.5 },
      { name: 'second', kind: 'interrupted', seconds: 0 },
    ])
    expect(renderTable(ended)).toBe(
      [
        'test    verdict      seconds  why',
        'first   interrupted  1.5      interrupted before it ended.',
        'second  interrupted  0.0      interrupted before it began.',
      ].join('\n'),
    )
    const xml = await renderTestsJunit(ended, { name: 'project', allowed: [] })
    expect(junitViolations(xml)).toEqual([])
    expect(xml.match(/<error type="interrupted" message="interrupted before it (ended|began)\."/g)).toHaveLength(2)
    expect(documentOf(ended[0] ?? expect.unreachable())).toMatchObject({ verdict: 'interrupted', exitCode: null })
  })
})

it('a test that may fail is skipped in JUnit where it failed', async () => {
  const xml = await renderTestsJunit(results, { name: 'project', allowed: [true, false] })
  expect(junitViolations(xml)).toEqual([])
  expect(xml).toContain('<testsuites name="project" tests="2" failures="0" errors="0"')
  expect(xml).toContain('<skipped message="may fail: KERNEL_LACKS: this kernel lacks CONFIG_9P_FS."/>')
})
