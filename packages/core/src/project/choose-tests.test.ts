import { describe, expect, it } from 'vitest'
import { chooseTests } from './choose-tests.ts'
import { judgeTests } from './judge-tests.ts'
import { parseProjectFile } from './parse-project-file.ts'

const file = parseProjectFile('tests: [{ name: smoke, run: a }, { name: timers, run: b }, { name: net, run: c }]', 'kernelkit.yaml')
const choose = (...names: readonly string[]) => chooseTests(file, names).map(({ name }) => name)

describe('chooseTests', () => {
  it('takes all, or those that are named once each, in the order of the file', () => {
    expect(choose()).toEqual(['smoke', 'timers', 'net'])
    expect(choose('net', 'smoke', 'net')).toEqual(['smoke', 'net'])
  })

  it('names the nearest, and says when there is none', () => {
    expect(() => choose('smoke', 'timer')).toThrow(expect.objectContaining({ code: 'TEST_NOT_FOUND', hint: 'Did you mean timers?' }))
    expect(() => chooseTests(parseProjectFile('vm: {}', 'k.yaml'), [])).toThrow(/k\.yaml has no tests/)
  })
})

describe('judgeTests', () => {
  it('is 0 when all passed, 125 when the host or the build prevented a test, else 1', () => {
    const judge = (states: Parameters<typeof judgeTests>[0]) => judgeTests(states, { failOnFlaky: false })
    expect(judge(['pass', 'pass'])).toEqual({ verdict: 'pass', exitCode: 0 })
    expect(judge(['pass', 'panic', 'fail'])).toEqual({ verdict: 'fail', exitCode: 1 })
    expect(judge(['fail', 'config-fail'])).toEqual({ verdict: 'config-fail', exitCode: 125 })
    expect(judge(['pass', undefined])).toEqual({ verdict: 'fail', exitCode: 1 })
  })

  it('is 0 with a flaky test, and 1 with --fail-on-flaky', () => {
    expect(judgeTests(['pass', 'flaky'], { failOnFlaky: false })).toEqual({ verdict: 'pass', exitCode: 0 })
    expect(judgeTests(['pass', 'flaky'], { failOnFlaky: true })).toEqual({ verdict: 'fail', exitCode: 1 })
    expect(judgeTests(['panic', 'flaky'], { failOnFlaky: false })).toEqual({ verdict: 'fail', exitCode: 1 })
  })
})
