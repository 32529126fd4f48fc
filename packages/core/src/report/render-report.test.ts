import { describe, expect, it } from 'vitest'
import { reportOf } from '../../test/report.ts'
import { renderReport, reportDocument } from './render-report.ts'

const report = reportOf({
  headline: 'WARNING: CPU: 0 PID: 77 at drivers/frob/main.c:9 frob_check+0x2f/0x60',
  trace: [
    { function: '__warn', inlined: false, offset: 1 },
    { function: 'frob_check', inlined: false, offset: 0x2f, source: 'drivers/frob/main.c', line: 9, module: 'frob' },
    ...Array.from({ length: 20 }, (_, index) => ({ function: `call_${index}`, inlined: index === 0 })),
  ],
})

describe('renderReport', () => {
  it('says place, task and lines, and shows the trace from the function to blame', () => {
    const lines = renderReport('a.log', report).split('\n')
    expect(lines.slice(0, 4)).toEqual([
      'a.log:3: WARNING in frob_check',
      '  warning, drivers/frob/main.c:9, task cat, lines 3 to 40',
      '    frob_check+0x2f [frob] (drivers/frob/main.c:9)',
      '    call_0 [inlined]',
    ])
    expect(lines.at(-1)).toBe('    … 9 more')
  })
})

describe('renderReport with the owners of the file', () => {
  const owners = { subsystem: 'FROB DRIVER', maintainers: ['A <a@x>', 'B <b@x>', 'C <c@x>', 'D <d@x>', 'E <e@x>'], lists: ['frob@x'] }

  it('names the subsystem and its first maintainers, and the list where it has none', () => {
    expect(renderReport('a.log', { ...report, owners }).split('\n')[2]).toBe('  FROB DRIVER: A <a@x>, B <b@x>, C <c@x>, D <d@x> and 1 more')
    expect(renderReport('a.log', { ...report, owners: { ...owners, maintainers: [] } })).toContain('\n  FROB DRIVER: frob@x\n')
    expect(reportDocument({ ...report, owners })).toMatchObject({ subsystem: 'FROB DRIVER', maintainers: owners.maintainers })
  })
})

describe('reportDocument', () => {
  it('has every key, null for what the log does not tell', () => {
    const { trace, ...known } = reportDocument({ ...report, function: undefined, source: undefined, line: undefined, process: undefined })
    expect(known).toEqual({
      kind: 'warning',
      title: 'WARNING in frob_check',
      function: null,
      source: null,
      line: null,
      process: null,
      startLine: 3,
      endLine: 40,
      headline: report.headline,
      subsystem: null,
      maintainers: [],
    })
    expect(Array.isArray(trace) ? trace[0] : undefined).toEqual({
      function: '__warn',
      offset: 1,
      source: null,
      line: null,
      module: null,
      inlined: false,
    })
  })
})
