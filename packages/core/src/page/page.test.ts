import { describe, expect, it } from 'vitest'
import { readResultsPage } from './index.ts'

const run = {
  verdict: 'splat',
  what: 'the kernel reported a warning.',
  hint: null,
  seconds: { total: 2.5 },
  kernel: { release: '6.1.0' },
  console: '/runs/1/console.log',
  evidence: { directory: '/runs/1', consoleTimed: '/runs/1/console.timed.log', replay: '/runs/1/replay.sh' },
  decisions: ['accel tcg (no /dev/kvm)'],
  reports: [
    {
      kind: 'warning',
      title: 'WARNING in frob',
      source: 'lib/frob.c',
      line: 3,
      process: 'sh',
      startLine: 9,
      trace: [{ function: 'frob', offset: 18, source: 'lib/frob.c', line: 3, inlined: false }],
    },
  ],
  results: {
    tests: [
      {
        name: 'suite',
        status: 'fail',
        tests: [
          { name: 'a', status: 'pass', seconds: 0.5, tests: [] },
          { name: 'b', status: 'fail', reason: 'why', diagnostics: ['# expected 1'], tests: [] },
        ],
      },
    ],
    omitted: 4,
  },
}

describe('readResultsPage', () => {
  it('makes a row of a run and of each of its results, and keeps what explains a failure', () => {
    const page = readResultsPage([{ name: 'one', document: run }], 'title')
    expect(page).toMatchObject({ verdict: 'splat', columns: ['6.1.0'], omitted: 4 })
    expect(page.rows.map(({ name, cells }) => [name, cells[0]?.state])).toEqual([
      ['one', 'splat'],
      ['one › suite › a', 'pass'],
      ['one › suite › b', 'fail'],
    ])
    expect(page.runs[0]).toMatchObject({
      seconds: 2.5,
      facts: [['accel', 'tcg (no /dev/kvm)']],
      reports: [{ title: 'WARNING in frob', place: 'lib/frob.c:3', trace: ['frob+0x12 (lib/frob.c:3)'] }],
      failures: [{ name: 'suite › b', reason: 'why', lines: ['# expected 1'] }],
      replay: 'sh /runs/1/replay.sh',
    })
  })

  it('has a column for each kernel, and says where a test did not run', () => {
    const cell = (test: string, kernel: string, verdict: string | null) => ({ cell: { test, kernel }, name: `${test}@${kernel}`, verdict })
    const document = {
      verdict: 'fail',
      baseline: { new: ['a@debian:11'] },
      cells: [cell('a', 'debian:12', 'pass'), cell('a', 'debian:11', 'fail'), cell('b', 'debian:11', null)],
    }
    const page = readResultsPage([{ name: 'm', document }], 'm')
    expect(page.columns).toEqual(['debian:12', 'debian:11'])
    expect(page.rows[0]?.cells[1]?.baseline).toBe('new')
    expect(page.rows.map(({ name, cells }) => [name, cells.map((one) => one?.state)])).toEqual([
      ['a', ['pass', 'fail']],
      ['b', [undefined, 'not run']],
    ])
  })

  it.each<[string, unknown, string, string]>([
    ['a list', [], 'BAD_RESULTS', 'r is a list, where an object is expected.'],
    ['an object without a verdict', {}, 'BAD_RESULTS', 'r.verdict is missing'],
    ['a verdict that is a number', { verdict: 3 }, 'BAD_RESULTS', 'r.verdict is 3, where a text is expected.'],
    ['reports in a text', { ...run, reports: 'x' }, 'BAD_RESULTS', 'r.reports is "x", where a list is expected.'],
    ['a frame in a number', { ...run, reports: [{ trace: [1] }] }, 'BAD_RESULTS', 'r.reports[0].trace[0] is 1'],
    ['a test without a name', { verdict: 'pass', tests: [{}] }, 'BAD_RESULTS', 'r.tests[0].name is missing'],
    ['a verdict of a later version', { verdict: 'quantum' }, 'RESULTS_NEWER', "the verdict 'quantum'"],
    ['a later version', { version: 2, verdict: 'pass' }, 'RESULTS_NEWER', 'is of version 2'],
  ])('refuses %s with its place', (_title, document, code, text) => {
    const read = () => readResultsPage([{ name: 'r', document }], 'r')
    expect(read).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) as string }) as Error)
  })
})
