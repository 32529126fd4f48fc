import { describe, expect, it } from 'vitest'
import { createKtapReader } from '@kernelkit/core/ktap'
import { exampleReport } from '../../test/example-report.ts'
import { renderReport, renderSummary, type RunSummary } from './summary.ts'

const passed: RunSummary = {
  name: 'boot-vm',
  verdict: 'pass',
  what: 'the command exited with status 0.',
  hint: undefined,
  seconds: { probe: 0.31, ready: 1.5, command: 2, total: 4 },
  facts: [['acceleration', 'kvm (a guest ran)']],
  results: undefined,
  reports: [],
  base: 'No result of the base branch to compare with: there is no Actions cache here.',
}

const failedResults = () => {
  const reader = createKtapReader({ prefixed: false, versionless: false })
  for (const line of ['TAP version 13', '1..2', 'ok 1 a', '# b.c:30:b:Expected 1 (1) == x (2)', 'not ok 2 b|c']) reader.read(line)
  return reader.finish()
}

describe('the summary of a run', () => {
  it('shows the verdict, the facts and the seconds, and that there is nothing to compare with', () => {
    expect(renderSummary(passed).split('\n')).toEqual([
      '### ✅ boot-vm: pass',
      '',
      'the command exited with status 0.',
      '',
      '|  |  |',
      '| --- | --- |',
      String.raw`| acceleration | kvm (a guest ran) |`.replaceAll(/[()]/g, String.raw`\$&`),
      '',
      '| seconds |  |',
      '| --- | --- |',
      '| probe | 0.31 |',
      '| ready | 1.50 |',
      '| command | 2.00 |',
      '| total | 4.00 |',
      '',
      'No result of the base branch to compare with: there is no Actions cache here.',
    ])
  })

  it('compares with the base branch', () => {
    const text = renderSummary({ ...passed, base: { sha: '0123456789abcdef', seconds: { ready: 1, command: 4, probe: 0.001 } } })
    expect(text).toContain('| seconds | this run | base (0123456789ab) | change |')
    expect(text).toContain(String.raw`| ready | 1.50 | 1.00 | \+50 % |`)
    expect(text).toContain('| command | 2.00 | 4.00 | -50 % |')
    expect(text).toContain('| probe | 0.31 | 0.00 | – |')
    expect(text).toContain('| total | 4.00 | – | – |')
    expect(text).toContain('Boot time: 1.50 s, +50 % against the base branch.')
  })

  it('lists failed tests with their places', () => {
    const text = renderSummary({ ...passed, verdict: 'fail', results: failedResults() })
    expect(text).toContain('Tests: 2 tests: 1 passed, 1 failed')
    expect(text).toContain(String.raw`| b\|c | fail | b.c:30 | Expected 1 \(1\) == x \(2\) |`)
  })

  it('names subsystem and maintainers of a report where the tree is known, as text', () => {
    const owners = { subsystem: 'FOO <DRIVER>', maintainers: ['A B <a@b.org>'], lists: [] }
    expect(renderReport({ ...exampleReport, owners })).toContain(String.raw`FOO &lt;DRIVER&gt;: A B &lt;a\@b.org&gt;`)
    expect(renderReport(exampleReport)).not.toContain('FOO')
  })

  it('folds reports, and nothing of the guest is markup', () => {
    const evil = { ...exampleReport, title: 'WARNING in <script>', trace: [{ function: '</pre><img src=x>', inlined: false }] }
    const text = renderSummary({
      ...passed,
      verdict: 'splat',
      hint: 'read @everyone',
      what: '<b>bad</b> ![x](y)',
      reports: [exampleReport, evil],
    })
    expect(text).toContain('### ❌ boot-vm: splat')
    expect(text).toContain('<details><summary>warning: WARNING in foo_check (drivers/misc/foo.c:42)</summary>')
    expect(text).toContain('foo_inline (drivers/misc/foo.c:40) [inlined]\nfoo_check+0x12 (drivers/misc/foo.c:42)\nfoo_probe+0x20')
    expect(text).not.toMatch(/<script>|<img|<b>|!\[x\]|[^\\]@everyone/)
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/^\*\*Next:\*\*/)
  })
})
