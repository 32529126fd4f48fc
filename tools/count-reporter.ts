import { appendFileSync } from 'node:fs'
import type { Reporter, TestModule } from 'vitest/node'

/**
 * Says why tests were skipped (a skip without a reason is a failure: `context.skip(condition, reason)`),
 * and appends `passed failed skipped` to $KERNELKIT_TEST_COUNTS, which tools/test.ts adds up.
 */
export default class CountReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    let unexplained = 0
    for (const test of tests) {
      const result = test.result()
      if (result.state !== 'skipped') continue
      if (result.note === undefined || result.note === '') unexplained++
      process.stdout.write(`skipped: ${test.fullName}: ${result.note ?? 'NO REASON GIVEN, which counts as a failure'}\n`)
    }
    if (unexplained > 0) process.exitCode = 1
    // A file that does not load, and an error outside any test, are failures although no test failed.
    const broken = modules.filter((module) => module.errors().length > 0).length + unhandled.length
    const file = process.env['KERNELKIT_TEST_COUNTS']
    const counts = [count('passed'), count('failed') + broken + unexplained, count('skipped') - unexplained]
    if (file !== undefined) appendFileSync(file, `${counts.join(' ')}\n`)
  }
}
