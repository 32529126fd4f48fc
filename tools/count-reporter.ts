import { appendFileSync } from 'node:fs'
import type { Reporter, TestCase, TestModule, TestSuite } from 'vitest/node'
import { renderFailures, type Failure } from './test-failures.ts'
import { renderFileTimes, type Timed } from './test-times.ts'

/**
 * Prints why tests were skipped (a skip without a reason is a failure: `context.skip(condition, reason)`, `onlyFull(reason)`) and the seconds of each file
 * (of VM tests the CPU seconds too),
 * and appends `passed failed skipped` to $KERNELKIT_TEST_COUNTS, which tools/verify.ts adds up, and what failed to
 * $KERNELKIT_TEST_FAILURES, which it prints last: of a long log often only the end is at hand.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    let unexplained = 0
    for (const test of tests) {
      const result = test.result()
      if (result.state !== 'skipped') continue
      const reason = result.note ?? whyOnlyFull(test)
      if (reason === undefined || reason === '') unexplained++
      process.stdout.write(`skipped: ${test.fullName}: ${reason ?? 'NO REASON GIVEN, which counts as a failure'}\n`)
    }
    if (unexplained > 0) process.exitCode = 1
    process.stdout.write(`\nseconds of the test files:\n${renderFileTimes(modules.map(timeOf))}\n`)
    // A file that does not load, and an error outside any test, are failures although no test failed.
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandled.length
    const file = process.env['KERNELKIT_TEST_COUNTS']
    const counts = [count('passed'), count('failed') + broken + unexplained, count('skipped') - unexplained]
    if (file !== undefined) appendFileSync(file, `${counts.join(' ')}\n`)
    const failures = process.env['KERNELKIT_TEST_FAILURES']
    const failed = [...modules.flatMap(failuresOf), ...unhandled.map((error) => ({ name: 'outside of the tests', errors: [error] }))]
    if (failures !== undefined) appendFileSync(failures, renderFailures(failed))
  }
}

/** Of a test that the full tier alone runs, or whose group it runs (e2e/lib/tiers.ts). */
function whyOnlyFull(task: TestCase | TestSuite): string | undefined {
  const why = task.meta().onlyFull
  if (why !== undefined) return `KERNELKIT_TEST_FULL=1 runs it: ${why}`
  return task.parent.type === 'suite' ? whyOnlyFull(task.parent) : undefined
}

/** Of its tests, and of the file itself: its imports and hooks. */
function failuresOf(module: TestModule): readonly Failure[] {
  const tests = [...module.children.allTests('failed')].map((test) => ({ name: test.fullName, errors: test.result().errors ?? [] }))
  const suites = [module, ...module.children.allSuites()].map((suite) => ({
    name: 'fullName' in suite ? suite.fullName : '',
    errors: suite.errors(),
  }))
  return [...suites.filter(({ errors }) => errors.length > 0), ...tests].map(({ name, errors }) => ({
    name: [module.relativeModuleId, name].filter((part) => part !== '').join(' > '),
    errors,
  }))
}

/** With its imports and hooks. */
function timeOf(module: TestModule): Timed {
  const { collectDuration, setupDuration, duration } = module.diagnostic()
  const { cpuSeconds } = module.meta()
  return { name: module.relativeModuleId, seconds: (collectDuration + setupDuration + duration) / 1000, cpuSeconds }
}
