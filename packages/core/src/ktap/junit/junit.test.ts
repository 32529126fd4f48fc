import { describe, expect, it } from 'vitest'
import { junitViolations as violations } from '../../../test/junit-schema.ts'
import { createKtapReader } from '../index.ts'
import { junitSuites, renderJunit } from './index.ts'

const junit = async (text: string) => {
  const reader = createKtapReader({ prefixed: true, versionless: false })
  for (const line of text.split('\n')) reader.read(line)
  return renderJunit(junitSuites(reader.finish(), { name: 'log' }), { name: 'log' })
}

const kunit = `[    1.000000] KTAP version 1
[    1.000000] 1..2
[    1.000000]     KTAP version 1
[    1.000000]     # Subtest: example
[    1.000000]     1..5
[    1.250000]     ok 1 a "quoted" <b> & c
[    1.250000]     # d: EXPECTATION FAILED at lib/kunit/example-test.c:30
[    1.250000]     Expected 1 + 1 == 3, but
[    1.500000]     not ok 2 d
[    1.500000]     ok 3 e # SKIP no device
[    1.500000]     not ok 4 true # TODO later
[    1.500000]         KTAP version 1
[    1.500000]         # Subtest: many
[    1.500000]         ok 1 x]]>1
[    1.500000]     ok 5 many
[    1.500000] not ok 1 example
[    1.500000]     KTAP version 1
[    1.500000]     # Subtest: dies
[    1.500000]     1..1
[    1.600000] BUG: \u0007 \uFFFF bytes \uD800 that XML cannot hold`

describe('JUnit XML', () => {
  it('is what the schemas of Jenkins and Surefire allow', async () => {
    expect(violations(await junit(kunit))).toEqual([])
    expect(violations(await junit('nothing'))).toEqual([])
    expect(violations(await renderJunit([], { name: 'empty' }))).toEqual([])
  })

  it('is checked by rules that notice what is wrong', () => {
    const wrong =
      '<testsuites><testsuite name="a" tests="x" failures="0" errors="0" skipped="0"><testcase name="b" time="1e-7" id="1"><pass/>t</testcase></testsuite></testsuites>'
    expect(violations(wrong)).toEqual([
      'tests is no number',
      '<testcase id>',
      '<testcase> lacks classname!',
      'time 1e-7',
      '<testcase><pass>',
      'text in <testcase>',
      '<pass> is not known',
    ])
    expect(violations('<testsuites>')).toHaveLength(1)
  })

  it('has a suite per suite, counts, times, places and reasons', async () => {
    const xml = await junit(kunit)
    expect(xml).toContain('<testsuites name="log" tests="6" failures="1" errors="1" time="0.600">')
    expect(xml).toContain('<testsuite name="example" tests="4" failures="1" errors="0" skipped="2" time="0.500">')
    expect(xml).toContain('<testcase name="a &quot;quoted&quot; &lt;b&gt; &amp; c" classname="example" time="0.250"/>')
    expect(xml).toContain('<failure type="fail" message="Expected 1 + 1 == 3, but (lib/kunit/example-test.c:30)">')
    expect(xml).toContain('<skipped message="no device"/>')
    expect(xml).toMatch(/<testcase name="true"[^>]*>\s*<skipped message="expected to fail: later"\/>/)
    expect(xml).toContain('<testcase name="x]]&gt;1" classname="example.many"')
    expect(xml).toContain('<error type="crashed" message="never reported">')
  })

  it('repeats the message in the body of a failure without diagnostics, which viewers show alone', async () => {
    const xml = await junit('TAP version 13\n1..3\nnot ok 1 - a\nok 2 - b # SKIP why')
    expect(xml).toMatch(/<failure type="fail" message="not ok">\s*not ok\s*<\/failure>/)
    expect(xml).toMatch(/<error type="crashed" message="never reported">\s*never reported\s*<\/error>/)
    expect(xml).toContain('<skipped message="why"/>')
  })

  it('is red where no single test is', async () => {
    expect(await junit('TAP version 13\nok 1 a\nBail out! no memory')).toMatch(/failures="0" errors="1"[^]*message="no memory"/)
    expect(await junit('nothing')).toMatch(/<error type="no-results"/)
    expect(await junit('TAP version 13\n1..1\n    ok 1 - a\n    1..1\nnot ok 1 - init failed')).toMatch(
      /<failure type="fail" message="not ok">\s*not ok\s*<\/failure>/,
    )
  })

  it('has the other runs of a case as Surefire writes them: flaky when it passed in the end, else reruns', async () => {
    const others = [
      { kind: 'failure', type: 'fail', message: 'exited with status 3', text: [] },
      { kind: 'error', type: 'panic', message: 'panicked <here>', text: ['more'] },
    ] as const
    const suite = (outcome: (typeof others)[number] | undefined) => ({
      name: 's',
      seconds: 1,
      cases: [{ name: 'a', classname: 's', seconds: 1, outcome, output: [], others }],
    })
    const flaky = await renderJunit([suite(undefined)], { name: 'x' })
    expect(violations(flaky)).toEqual([])
    expect(flaky).toMatch(/tests="1" failures="0" errors="0"/)
    expect(flaky).toMatch(/<flakyFailure type="fail" message="exited with status 3">\s*<stackTrace>exited with status 3<\/stackTrace>/)
    expect(flaky).toMatch(/<flakyError type="panic" message="panicked &lt;here&gt;">/)
    const failed = await renderJunit([suite(others[0])], { name: 'x' })
    expect(violations(failed)).toEqual([])
    expect(failed).toMatch(/<failure [^]*<rerunFailure [^]*<rerunError /)
  })
})
